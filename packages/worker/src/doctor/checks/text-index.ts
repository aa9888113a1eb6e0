// The full-text index over the chunks, which Prisma does not see.
import {
  objectNames,
  quoteIdentifier,
  quoteTable,
  storeColumns,
  textVector,
  type VectorizerSpec,
} from '@prisma-vectorizer/spec'
import type { Examined } from '../examination.ts'
import type { Complaint } from '../finding.ts'

export function checkTextIndex({ spec, store, tools }: Examined<VectorizerSpec>): Complaint[] {
  if (spec.textSearch === null || !store?.columns.some(({ name }) => name === storeColumns.chunk)) return []
  const { textIndex } = objectNames(spec)
  const index = store.indexes.find(({ name }) => name === textIndex)
  const name = quoteTable({ schema: store.schema, table: textIndex })
  const complain = (code: 'DR508' | 'DR509', fact: string): Complaint[] => [
    { code, fact, why: 'Searches for words read every chunk.', sql: tools?.repairs.textIndex(spec) },
  ]
  if (!index) return complain('DR508', `The text index ${name} is missing.`)
  if (!index.valid) {
    return complain('DR509', `The text index ${name} is not valid: a build of it failed or was cut off.`)
  }
  const expression = textVector(spec, quoteIdentifier(storeColumns.chunk))
  if (index.method === 'gin' && !index.partial && comparable(index.expression) === comparable(expression)) return []
  const actual = `${index.method} over ${index.partial ? 'some rows only' : index.expression}`
  return complain('DR509', `The text index ${name} is ${actual}, not gin over ${expression}.`)
}

/** Without quotes, and without the configuration's schema, which PostgreSQL leaves out where it is on the search path. */
const comparable = (expression: string): string =>
  expression
    .replace(/'(?:\w+\.)?(\w+)'/u, "'$1'")
    .replace(/["\s]/gu, '')
    .toLowerCase()
