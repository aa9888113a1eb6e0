// Whether any worker gives a sign of life.
import type { SqlQuery } from '@prisma-vectorizer/spec'
import { isAliveSql } from '../../heartbeat/read-progress.ts'
import type { Catalog } from '../catalog.ts'
import { sharedTable } from './shared-tables.ts'

export interface Heartbeats {
  /** Workers that run. */
  readonly alive: number
  /** Seconds since any worker's last heartbeat. Null where there was none within a day of the last worker. */
  readonly silence: number | null
}

/** Undefined where the table cannot be read: then nothing is known. */
export function readHeartbeats(catalog: Catalog): SqlQuery | undefined {
  const table = sharedTable(catalog, 'worker')
  const names = table?.columns.map(({ name }) => name)
  const asked = ['heartbeat_at', 'heartbeat_seconds', 'stopped_at']
  if (!table?.readable || !asked.every((name) => names?.includes(name))) return undefined
  return {
    text: `SELECT
  (count(*) FILTER (WHERE ${isAliveSql}))::int AS alive,
  extract(epoch FROM now() - max(heartbeat_at))::float8 AS silence
FROM vectorizer.worker`,
    values: [],
  }
}
