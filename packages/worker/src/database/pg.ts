// A `pg` pool as a Database.
import { createHash } from 'node:crypto'
import type { Database, Queryable, Row } from '@prisma-vectorizer/spec'

interface NamedQuery {
  readonly name: string
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: as `pg` declares it
  readonly values: any[]
}

interface ConnectionLike {
  // biome-ignore lint/suspicious/noExplicitAny: as `pg` declares its values and rows
  query(query: string | NamedQuery, values?: any[]): Promise<{ readonly rows: any[] }>
}

interface ClientLike extends ConnectionLike {
  release(destroy?: boolean): void
  on?(event: 'error', listener: (error: Error) => void): unknown
  off?(event: 'error', listener: (error: Error) => void): unknown
}

/**
 * A client that is checked out has no listener of its pool's: the loss of its connection would end the process, where the
 * query that is running reports it as well. Returns how to give it back.
 */
export async function checkOut(pool: PoolLike): Promise<{ client: ClientLike; giveBack: (broken: boolean) => void }> {
  const client = await pool.connect()
  const ignore = () => {}
  client.on?.('error', ignore)
  return {
    client,
    giveBack(broken) {
      client.off?.('error', ignore)
      client.release(broken)
    },
  }
}

/** The part of a `pg` pool that is used. */
export interface PoolLike extends ConnectionLike {
  readonly totalCount: number
  connect(): Promise<ClientLike>
  end(): Promise<void>
}

export interface PoolUse {
  /** Whether `close` ends the pool. */
  readonly ownsPool: boolean
  /** Whether statements are prepared once per connection, and then called by name. Default: never. */
  readonly prepares?: () => boolean
}

export function fromPool(pool: PoolLike, { ownsPool, prepares }: PoolUse): Database {
  return {
    ...queryableOf(pool, prepares),
    transaction: (work) => runTransaction(pool, work, prepares),
    close: async () => {
      if (ownsPool) await pool.end()
    },
  }
}

const never = () => false

/**
 * Statements have names only where that was asked for: behind PGlite's socket all connections are one session, where names
 * would collide, and older PgBouncers lose them between transactions.
 */
export function queryableOf(connection: ConnectionLike, prepares: () => boolean = never): Queryable {
  return {
    async query<R extends Row>(text: string, values: readonly unknown[] = []) {
      const isNamed = prepares() && values.length > 0 && !unfit.has(text)
      const query = isNamed ? { name: statementName(text), text, values: [...values] } : text
      try {
        return (await connection.query(query, [...values])).rows as R[]
      } catch (error) {
        if (isNamed && isAboutName(error)) unfit.add(text)
        throw error
      }
    },
  }
}

/** Statements that a pooler lost, or whose columns a migration has changed: they go without a name from then on. */
const unfit = new Set<string>()

/** Feature not supported (a cached plan must not change its result), unknown or duplicate prepared statement. */
const isAboutName = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['0A000', '26000', '42P05'].includes(String(error.code))

const names = new Map<string, string>()

/** PostgreSQL keeps 63 bytes of a name. The texts are few: each statement of the worker has one per vectorizer. */
function statementName(text: string): string {
  const known = names.get(text)
  if (known !== undefined) return known
  const name = `prisma_vectorizer_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`
  names.set(text, name)
  return name
}

async function runTransaction<T>(
  pool: PoolLike,
  work: (connection: Queryable) => Promise<T>,
  prepares: (() => boolean) | undefined,
): Promise<T> {
  const { client, giveBack } = await checkOut(pool)
  let broken = false
  try {
    await client.query('BEGIN')
    const result = await work(queryableOf(client, prepares))
    await client.query('COMMIT')
    return result
  } catch (error) {
    // A connection that cannot roll back is not fit for the pool.
    await client.query('ROLLBACK').catch(() => {
      broken = true
    })
    throw error
  } finally {
    giveBack(broken)
  }
}
