// Whatever the caller has as a Database the worker can use, and what that database can do.
import { type Database, isVectorizerError, VectorizerError } from '@prisma-vectorizer/spec'
import pg from 'pg'
import { connectionConfig, noDatabaseUrl, preparesStatements } from '../connection-url.ts'
import type { DatabaseOption } from './database-option.ts'
import { fromPool, type PoolLike, type PoolUse } from './pg.ts'
import { fromPglite, type PgliteLike } from './pglite.ts'
import { borrowSession, connectSession, type Session, sharedSession } from './session.ts'

export interface OpenedDatabase {
  readonly database: Database
  /** Whether a `Buffer` is taken as a binary parameter: `pg` does, PGlite's own `query()` does not. */
  readonly binary: boolean
  /** A connection for one holder: of its own where the database was given by URL, else one of the caller's pool. */
  readonly openSession: () => Promise<Session>
}

/** Throws VZ501 when there is none, VZ507 when it cannot be reached. */
export async function openDatabase(option: DatabaseOption | undefined, connections: number): Promise<OpenedDatabase> {
  if (option === undefined) throw noDatabaseUrl()
  const ownPool = typeof option === 'string' ? createPool(option, connections) : undefined
  let prepares = typeof option === 'string' && preparesStatements(option)
  const use = { ownsPool: ownPool !== undefined, prepares: () => prepares }
  const database = toDatabase(ownPool ?? (option as Exclude<DatabaseOption, string>), use)
  try {
    const [server] = await database.query<{ version: string }>('SELECT version()')
    // All connections to PGlite's socket are one session with a single unnamed statement: large messages of several
    // connections can be mixed up there.
    const isEmbedded = /emscripten|wasm/i.test(server?.version ?? '')
    if (ownPool && isEmbedded) {
      ownPool.options.max = 1
      prepares = false
    }
    const openSession = () => {
      if (typeof option === 'string' && !isEmbedded) return connectSession(option)
      const pool = ownPool ?? (isPool(option) ? option : undefined)
      return pool ? borrowSession(pool) : Promise.resolve(sharedSession(database))
    }
    return { database, binary: await takesBinary(database), openSession }
  } catch (cause) {
    await ownPool?.end()
    throw unreachable(cause)
  }
}

function toDatabase(opened: PoolLike | Database | PgliteLike, use: PoolUse): Database {
  return isPool(opened) ? fromPool(opened, use) : fromPglite(opened as PgliteLike)
}

const isPool = (opened: DatabaseOption): opened is PoolLike =>
  typeof opened === 'object' && 'connect' in opened && 'totalCount' in opened

function createPool(url: string, connections: number): pg.Pool {
  const pool = new pg.Pool({
    ...connectionConfig(url),
    max: connections,
    // A program that has drained the queue may end without stopping the worker first.
    allowExitOnIdle: true,
  })
  // Without listeners the loss of a connection nobody uses, or one that is being closed, would end the process; where
  // it matters the next query reports it.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

async function takesBinary(database: Database): Promise<boolean> {
  try {
    const one = Buffer.from([0, 0, 0, 1])
    const [row] = await database.query<{ one: number }>('SELECT $1::int AS one', [one])
    return row?.one === 1
  } catch {
    return false
  }
}

function unreachable(cause: unknown): Error {
  if (isVectorizerError(cause)) return cause
  return new VectorizerError('VZ507', {
    fact: 'The database cannot be reached.',
    why: reasonOf(cause),
    fix: 'Check the database URL, and that the server runs and accepts connections from here.',
    cause,
  })
}

/** Node reports a name with several addresses as an AggregateError whose own message is empty. */
function reasonOf(cause: unknown): string | undefined {
  if (cause instanceof AggregateError) return cause.errors.map((error) => reasonOf(error)).join('; ')
  return cause instanceof Error ? cause.message : undefined
}
