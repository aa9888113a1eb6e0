// The vector index, which Prisma either does not see or takes for a btree of its own, and which may be built later.
import {
  type AnySpec,
  minRowsOf,
  objectNames,
  operatorClass,
  quoteIdentifier,
  quoteLiteral,
  quoteTable,
  type SqlQuery,
  vectorColumn,
} from '@prisma-vectorizer/spec'
import { differingParameters, expressionOf, isOverVectors } from '../../index-upkeep/definition.ts'
import type { IndexFacts } from '../catalog.ts'
import type { Examined } from '../examination.ts'
import type { Complaint } from '../finding.ts'

/** Asked only where the index is not there as it should be. */
export interface IndexWork {
  /** Index into the subjects asked about. */
  readonly part: number
  /** Counted no further than the index waits for. */
  readonly vectors: number
  /** Whether a session builds the index now, and this role may see that. */
  readonly building: boolean
}

/** `part` is the index into `subjects`. Undefined where every index is there. */
export function readIndexWork(subjects: readonly Examined[]): SqlQuery | undefined {
  const selects = subjects.flatMap((subject, part) => {
    const { spec, store } = subject
    const index = indexOf(subject)
    if (!store || !isIndexed(subject) || index?.valid) return []
    const column = quoteIdentifier(vectorColumn(spec.store))
    const rows = `SELECT FROM ${quoteTable(store)} WHERE ${column} IS NOT NULL LIMIT ${minRowsOf(spec.index)}`
    const vectors = isAwaited(subject) ? `(SELECT count(*) FROM (${rows}) AS counted)` : '0'
    return `SELECT ${part} AS part, ${vectors}::float8 AS vectors, EXISTS (
  SELECT FROM pg_catalog.pg_stat_progress_create_index
  WHERE index_relid = to_regclass(${quoteLiteral(nameOf(spec, store))}) AND datname = current_database()
) AS building`
  })
  return selects.length > 0 ? { text: selects.join('\nUNION ALL\n'), values: [] } : undefined
}

export function checkVectorIndex(subject: Examined, work?: IndexWork): Complaint[] {
  const { spec, store, tools } = subject
  if (!store || !isIndexed(subject)) return []
  const index = indexOf(subject)
  const minRows = minRowsOf(spec.index)
  const name = nameOf(spec, store)
  const slow = 'Searches read every vector.'
  const complain = (code: Complaint['code'], fact: string, why = slow, fix?: string): Complaint[] => [
    { code, fact, why, fix, sql: tools?.repairs.index(spec) },
  ]
  const build = 'Run `npx prisma-vectorizer index`: it builds it without blocking writes.'
  if (work?.building && !index?.valid) return []
  if (!index && minRows !== null) {
    if (!work || work.vectors < minRows) return []
    const vectors = minRows.toLocaleString('en-US')
    return complain('DR501', `The vector index ${name} is missing, and there are ${vectors} vectors.`, slow, build)
  }
  if (!index) return complain('DR501', `The vector index ${name} is missing.`)
  if (index.method === 'btree') {
    return complain('DR503', `The vector index ${name} is a btree.`, `Prisma made it of the model's @@index. ${slow}`)
  }
  if (index.method !== spec.index.kind) {
    return complain('DR504', `The vector index ${name} is ${index.method}, not ${spec.index.kind}.`)
  }
  if (!isOverVectors(spec, index)) {
    const actual = index.partial ? 'over some rows only' : `over ${index.expression}`
    return complain('DR506', `The vector index ${name} is ${actual}, not over ${expressionOf(spec)}.`)
  }
  if (index.operatorClass !== operatorClass(spec)) {
    const fact = `The vector index ${name} is for ${index.operatorClass}, not ${operatorClass(spec)}.`
    return complain('DR505', fact, `It orders by another distance than queries ask for. ${slow}`)
  }
  if (!index.valid) {
    return complain('DR502', `The vector index ${name} is not valid: a build of it failed or was cut off.`, slow, build)
  }
  const differing = differingParameters(spec, index)
  if (differing.length === 0) return []
  return complain(
    'DR507',
    `The vector index ${name} has ${differing.join(', ')}.`,
    'Recall or speed are other than asked for.',
  )
}

const nameOf = (spec: AnySpec, { schema }: { readonly schema: string }): string =>
  quoteTable({ schema, table: objectNames(spec).vectorIndex })

/** Whether the store has the column, and the annotation wants it indexed. */
const isIndexed = ({ spec, store }: Examined): boolean =>
  spec.index.kind !== 'none' && store?.columns.some(({ name }) => name === vectorColumn(spec.store)) === true

const indexOf = ({ spec, store }: Examined): IndexFacts | undefined =>
  store?.indexes.find(({ name }) => name === objectNames(spec).vectorIndex)

/** Whether it is missing because there may be too few vectors, which this role can count. */
const isAwaited = (subject: Examined): boolean =>
  minRowsOf(subject.spec.index) !== null && !indexOf(subject) && subject.store?.readable === true
