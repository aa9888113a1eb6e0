// A `pg` pool as a Database.
import type { Database, Queryable, Row } from '@prisma-vectorizer/spec'

interface ConnectionLike {
  // biome-ignore lint/suspicious/noExplicitAny: as `pg` declares its values and rows
  query(text: string, values?: any[]): Promise<{ readonly rows: any[] }>
}

interface ClientLike extends ConnectionLike {
  release(destroy?: boolean): void
}

/** The part of a `pg` pool that is used. */
export interface PoolLike extends ConnectionLike {
  readonly totalCount: number
  connect(): Promise<ClientLike>
  end(): Promise<void>
}

/** `ownsPool`: whether `close` ends the pool. */
export function fromPool(pool: PoolLike, { ownsPool }: { readonly ownsPool: boolean }): Database {
  return {
    ...queryableOf(pool),
    transaction: (work) => runTransaction(pool, work),
    close: async () => {
      if (ownsPool) await pool.end()
    },
  }
}

// No named statements: behind PGlite's socket all connections are one session, where names would collide.
export function queryableOf(connection: ConnectionLike): Queryable {
  return {
    async query<R extends Row>(text: string, values: readonly unknown[] = []) {
      const { rows } = await connection.query(text, [...values])
      return rows as R[]
    },
  }
}

async function runTransaction<T>(pool: PoolLike, work: (connection: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken = false
  try {
    await client.query('BEGIN')
    const result = await work(queryableOf(client))
    await client.query('COMMIT')
    return result
  } catch (error) {
    // A connection that cannot roll back is not fit for the pool.
    await client.query('ROLLBACK').catch(() => {
      broken = true
    })
    throw error
  } finally {
    client.release(broken)
  }
}
