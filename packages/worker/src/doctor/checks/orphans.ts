// Chunks whose parent is gone, where no foreign key removes them.
import {
  isQueuedAsText,
  queueKeyColumn,
  quoteIdentifier,
  quoteTable,
  type SqlQuery,
  type VectorizerSpec,
} from '@prisma-vectorizer/spec'
import { type Examined, isVectorizer } from '../examination.ts'
import type { Complaint } from '../finding.ts'
import { isCountable } from './queue.ts'

export interface OrphanCount {
  /** Index into the subjects asked about. */
  readonly part: number
  readonly orphans: number
}

/** The order of random keys: a sample by the primary key's index, whatever the size of the store. */
const sampled = 1_000

/** Undefined where every store has a foreign key. `part` is the index into `subjects`. */
export function countOrphans(subjects: readonly Examined[]): SqlQuery | undefined {
  const selects = subjects.flatMap((subject, part) => {
    if (!isVectorizer(subject) || !isSampled(subject)) return []
    const { spec, source, store, queue } = subject
    const key = spec.source.key
    const match = key.map(
      (each) => `source.${quoteIdentifier(each.column)} = store.${quoteIdentifier(each.storeColumn)}`,
    )
    // What is queued, the worker removes.
    const queued = key.map(
      (each, index) =>
        `queue.${quoteIdentifier(queueKeyColumn(spec, index))} = store.${quoteIdentifier(each.storeColumn)}${isQueuedAsText(each) ? '::text' : ''}`,
    )
    return `SELECT ${part} AS part, count(*)::int AS orphans
FROM (SELECT * FROM ${quoteTable(store as NonNullable<typeof store>)} ORDER BY embedding_uuid LIMIT ${sampled}) AS store
WHERE NOT EXISTS (SELECT FROM ${quoteTable(source as NonNullable<typeof source>)} AS source WHERE ${match.join(' AND ')})
  AND NOT EXISTS (SELECT FROM ${quoteTable(queue as NonNullable<typeof queue>)} AS queue WHERE ${queued.join(' AND ')})`
  })
  return selects.length > 0 ? { text: selects.join('\nUNION ALL\n'), values: [] } : undefined
}

function isSampled(subject: Examined<VectorizerSpec>): boolean {
  const { spec, source, store, queue } = subject
  if (spec.store.kind === 'column' || !source?.readable || !store?.readable || !queue?.readable) return false
  if (store.foreignKeys.some(({ references }) => references === source.oid) || !isCountable(subject)) return false
  const has = (table: typeof store, column: string) => table.columns.some(({ name }) => name === column)
  return (
    has(store, 'embedding_uuid') &&
    spec.source.key.every(({ column, storeColumn }) => has(source, column) && has(store, storeColumn))
  )
}

export function checkOrphans({ spec, store, tools }: Examined<VectorizerSpec>, { orphans }: OrphanCount): Complaint[] {
  if (orphans === 0 || !store) return []
  return [
    {
      code: 'DR409',
      fact: `${orphans} of ${sampled.toLocaleString('en-US')} chunks looked at in ${quoteTable(store)} have no parent any more.`,
      why: 'Searches find them, and there is nothing to show.',
      sql: tools?.repairs.orphans(spec),
    },
  ]
}
