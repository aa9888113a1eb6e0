// The vector index, which Prisma either does not see or takes for a btree of its own.
import {
  indexedExpression,
  objectNames,
  operatorClass,
  quoteIdentifier,
  quoteTable,
  vectorColumn,
} from '@prisma-vectorizer/spec'
import type { IndexFacts } from '../catalog.ts'
import type { Examined } from '../examination.ts'
import type { Complaint } from '../finding.ts'

export function checkVectorIndex({ spec, store, tools }: Examined): Complaint[] {
  const column = vectorColumn(spec.store)
  if (spec.index.kind === 'none' || !store?.columns.some(({ name }) => name === column)) return []
  const { vectorIndex } = objectNames(spec)
  const index = store.indexes.find(({ name }) => name === vectorIndex)
  const name = quoteTable({ schema: store.schema, table: vectorIndex })
  const slow = 'Searches read every vector.'
  const complain = (code: Complaint['code'], fact: string, why = slow): Complaint[] => [
    { code, fact, why, sql: tools?.repairs.index(spec) },
  ]
  if (!index) return complain('DR501', `The vector index ${name} is missing.`)
  if (index.method === 'btree') {
    return complain('DR503', `The vector index ${name} is a btree.`, `Prisma made it of the model's @@index. ${slow}`)
  }
  if (index.method !== spec.index.kind) {
    return complain('DR504', `The vector index ${name} is ${index.method}, not ${spec.index.kind}.`)
  }
  const expression = indexedExpression(spec, quoteIdentifier(column))
  if (index.partial || comparable(index.expression) !== comparable(expression)) {
    const actual = index.partial ? 'over some rows only' : `over ${index.expression}`
    return complain('DR506', `The vector index ${name} is ${actual}, not over ${expression}.`)
  }
  if (index.operatorClass !== operatorClass(spec)) {
    const fact = `The vector index ${name} is for ${index.operatorClass}, not ${operatorClass(spec)}.`
    return complain('DR505', fact, `It orders by another distance than queries ask for. ${slow}`)
  }
  if (!index.valid) {
    return complain('DR502', `The vector index ${name} is not valid: a build of it failed or was cut off.`)
  }
  const differing = parametersThatDiffer(index, tools?.indexParameters(spec.index) ?? {})
  if (differing.length === 0) return []
  return complain(
    'DR507',
    `The vector index ${name} has ${differing.join(', ')}.`,
    'Recall or speed are other than asked for.',
  )
}

/** Without parentheses, quotes and the extension's schema, which PostgreSQL writes as it likes. */
const comparable = (expression: string): string =>
  expression
    .replace(/("[^"]+"|\w+)\.(?=binary_quantize\()/u, '')
    .replace(/::("[^"]+"|\w+)\./u, '::')
    .replace(/["()\s]/gu, '')
    .toLowerCase()

/** What PostgreSQL has where an index does not say. */
const defaults: Readonly<Record<string, string>> = { m: '16', ef_construction: '64', lists: '100' }

function parametersThatDiffer(index: IndexFacts, wanted: Readonly<Record<string, number | string | null>>): string[] {
  const options = new Map(index.options.map((option) => option.split('=', 2) as [string, string]))
  return Object.entries(wanted).flatMap(([name, value]) => {
    const actual = options.get(name) ?? defaults[name] ?? 'its default'
    return value === null || actual === String(value) ? [] : [`${name} = ${actual}, not ${value}`]
  })
}
