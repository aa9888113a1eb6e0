// The queues as the soak sees them: counted, and with their waiting times cut short.
import { objectNames, queueKeyColumn, quoteIdentifier, quoteTable, type VectorizerSpec } from '@prisma-vectorizer/spec'
import type pg from 'pg'
import { specs } from './tables.ts'

const queueOf = (spec: VectorizerSpec): string => quoteTable({ schema: 'vectorizer', table: objectNames(spec).queue })

/** The key as vectorizer.error has it. */
const keyOf = (spec: VectorizerSpec): string =>
  `jsonb_build_array(${spec.source.key.map((_, part) => `queue.${quoteIdentifier(queueKeyColumn(spec, part))}::text`).join(', ')})`

export interface QueuedRow {
  readonly vectorizer: string
  /** `["7"]` */
  readonly key: string
  readonly failed: boolean
  readonly leased: boolean
  readonly attempts: number
  readonly lost_leases: number
  readonly error: string | null
  /** `embed VZ405: what it says`, of each error noted for the row. */
  readonly noted: readonly string[]
}

const queued = specs
  .map(
    (spec) => `
    select '${spec.name}' as vectorizer, ${keyOf(spec)} as key, failed_at is not null as failed, lease is not null as leased,
      attempts, lost_leases, error
    from ${queueOf(spec)} as queue`,
  )
  .join(' union all ')

export async function readQueues(client: pg.Client): Promise<readonly QueuedRow[]> {
  const { rows } = await client.query<QueuedRow & { readonly key: unknown }>(`
    select queued.*, array(
      select noted.step || ' ' || noted.code || ': ' || noted.message from vectorizer.error as noted
      where noted.vectorizer = queued.vectorizer and noted.key = queued.key
    ) as noted
    from (${queued}) as queued`)
  return rows.map((row) => ({ ...row, key: JSON.stringify(row.key) }))
}

/**
 * Makes waiting rows due: the pauses between attempts are 10 s to 90 s, too long for a short soak. Rows that a worker
 * holds, or that somebody changes, are left alone. `onlyFailed`: not those that an outage has sent back.
 */
export async function hasten(client: pg.Client, { onlyFailed }: { readonly onlyFailed: boolean }): Promise<void> {
  for (const spec of specs) {
    const queue = queueOf(spec)
    await client.query(`
      update ${queue} set not_before = now() where ctid = any (array(
        select ctid from ${queue}
        where lease is null and failed_at is null and not_before > now()${onlyFailed ? ' and error is not null' : ''}
        for update skip locked
      ))`)
  }
}

export interface QueueCounts {
  readonly pending: number
  readonly failed: number
}

export async function countQueues(client: pg.Client): Promise<QueueCounts> {
  const { rows } = await client.query<QueueCounts>(`
    select count(*) filter (where not failed)::int as pending, count(*) filter (where failed)::int as failed
    from (${queued}) as queued`)
  return rows[0] as QueueCounts
}
