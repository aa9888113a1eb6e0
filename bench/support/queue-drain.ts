// The queue alone, by the statements of the worker: rows are claimed under a lease, checked and removed, and nothing is
// embedded or stored in between.
import { randomUUID } from 'node:crypto'
import type { Database, VectorizerSpec } from '@prisma-vectorizer/spec'
import type pg from 'pg'
import { fromPool } from '../../packages/worker/src/database/pg.ts'
import { type ClaimRow, claimRows } from '../../packages/worker/src/sql/claim-rows.ts'
import { dequeueRows } from '../../packages/worker/src/sql/dequeue-rows.ts'
import type { Key } from '../../packages/worker/src/sql/keys.ts'
import { type LockRow, lockRows } from '../../packages/worker/src/sql/lock-rows.ts'
import { run } from '../../packages/worker/src/sql/run.ts'
import { compileVectorizer, type Vectorizer } from '../../packages/worker/src/vectorizer.ts'

/** As the worker reads it from the registry. */
export async function vectorizerOf(client: pg.Client, spec: VectorizerSpec): Promise<Vectorizer> {
  const { rows } = await client.query<{ oid: number }>(`select 'vector'::regtype::oid::int as oid`)
  return compileVectorizer(spec, {
    source: { schema: 'public', table: spec.source.table },
    store: { schema: 'public', table: spec.name },
    vectorSchema: 'public',
    vectorTypeOid: rows[0]?.oid as number,
    paused: false,
    textType: 'text',
    registered: JSON.stringify(spec),
    chunking: {},
  })
}

/** One connection as a worker's database: what it costs its backend can then be measured. */
export function databaseOf(client: pg.Client): Database {
  const query = client.query.bind(client)
  const pool = { query, connect: async () => ({ query, release() {} }), totalCount: 1, end: async () => {} }
  return fromPool(pool, { ownsPool: false })
}

export interface ClaimedKeys {
  readonly lease: string
  readonly keys: readonly Key[]
}

export async function claimKeys(database: Database, vectorizer: Vectorizer, limit: number): Promise<ClaimedKeys> {
  const lease = randomUUID()
  const claimed = await run<ClaimRow>(database, claimRows(vectorizer, { lease, limit, leaseSeconds: 300 }))
  return { lease, keys: claimed.map(({ key }) => key) }
}

/** What the worker's write does to the queue, in its transaction: makes sure that the rows are still ours, removes them. */
export async function finishKeys(
  database: Database,
  vectorizer: Vectorizer,
  { lease, keys }: ClaimedKeys,
): Promise<void> {
  await database.transaction(async (connection) => {
    const locks = await run<LockRow>(connection, lockRows(vectorizer, lease, keys))
    if (locks.length !== keys.length) throw new Error(`${locks.length} of ${keys.length} rows are still ours`)
    await run(connection, dequeueRows(vectorizer, keys))
  })
}

/** The removal alone: what a queue does when a job is done. */
export const removeKeys = (database: Database, vectorizer: Vectorizer, { keys }: ClaimedKeys) =>
  run(database, dequeueRows(vectorizer, keys))

export interface QueueDrain {
  readonly limit: number
  /** Batches in flight. As in the worker, only one of them claims at a time. */
  readonly inFlight: number
  /** Whether source and lease are checked before a row is removed, as the worker does for the sake of what it writes. */
  readonly checked: boolean
}

/** Returns how many rows there were. */
export async function drainQueue(
  database: Database,
  vectorizer: Vectorizer,
  { limit, inFlight, checked }: QueueDrain,
): Promise<number> {
  let done = 0
  let claiming: Promise<ClaimedKeys | undefined> = Promise.resolve(undefined)
  const flight = async () => {
    for (;;) {
      claiming = claiming.then(() => claimKeys(database, vectorizer, limit))
      const claimed = await claiming
      if (!claimed || claimed.keys.length === 0) return
      if (checked) await finishKeys(database, vectorizer, claimed)
      else await removeKeys(database, vectorizer, claimed)
      done += claimed.keys.length
    }
  }
  await Promise.all(Array.from({ length: inFlight }, flight))
  return done
}
