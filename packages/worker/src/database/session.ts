// One connection for as long as its holder wants it: for session settings, session locks, and statements that run in no
// transaction, such as CREATE INDEX CONCURRENTLY.
import type { Database, Queryable } from '@prisma-vectorizer/spec'
import pg from 'pg'
import { connectionConfig } from '../connection-url.ts'
import { checkOut, type PoolLike, queryableOf } from './pg.ts'

export interface Session extends Queryable {
  /** Closes it, or gives it back to its pool. `broken`: its settings are not as they were. */
  end(broken?: boolean): Promise<void>
}

/** A connection of its own, outside of any pool. */
export async function connectSession(url: string): Promise<Session> {
  const client = new pg.Client(connectionConfig(url))
  // Without a listener the loss of the connection would end the process; the next query reports it.
  client.on('error', () => {})
  await client.connect()
  return { ...queryableOf(client), end: () => client.end() }
}

export async function borrowSession(pool: PoolLike): Promise<Session> {
  const { client, giveBack } = await checkOut(pool)
  return { ...queryableOf(client), end: async (broken = false) => giveBack(broken) }
}

/** PGlite has one connection, which all share. Of an object of the caller's that is assumed. */
export const sharedSession = (database: Database): Session => ({
  query: (text, values) => database.query(text, values),
  end: async () => {},
})
