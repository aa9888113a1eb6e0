// PGlite as the one backend behind several TCP connections: what pglite-socket calls of it, with three differences.
// It may start on its first query, no client's Parse … Sync is cut by another's, and a lone client starts clean.
import { type PGlite, protocol } from '@electric-sql/pglite'

/** The part of PGlite that `PGLiteSocketServer` uses. */
type ServedDatabase = Pick<PGlite, 'waitReady' | 'runExclusive' | 'execProtocolRawStream' | 'isInTransaction' | 'exec'>

interface Backend {
  readonly served: ServedDatabase
  /** Starts PGlite if nothing has yet. */
  start(): Promise<PGlite>
  /** Closes PGlite if it was started. */
  close(): Promise<void>
}

const startup = 0
const extendedQuery = new Set(['P', 'B', 'D', 'E', 'C'].map((letter) => letter.charCodeAt(0)))
const endsBatch = new Set(['S', 'Q', 'X'].map((letter) => letter.charCodeAt(0)))

/** `connections` says how many clients are connected right now. */
export function createBackend(create: () => Promise<PGlite>, connections: () => number): Backend {
  let creation: Promise<PGlite> | undefined
  let database: PGlite | undefined
  let insideBatch = false

  async function start(): Promise<PGlite> {
    creation ??= create()
    database = await creation
    return database
  }

  const served: ServedDatabase = {
    waitReady: Promise.resolve(),
    runExclusive: async (work) => (await start()).runExclusive(work),
    exec: async (sql, options) => {
      insideBatch = false
      return (await start()).exec(sql, options)
    },
    execProtocolRawStream: async (message, options) => {
      const backend = await start()
      const kind = message[0] ?? startup
      if (kind === startup && connections() <= 1) await forgetSession(backend)
      if (extendedQuery.has(kind)) insideBatch = true
      if (endsBatch.has(kind)) insideBatch = false
      return backend.execProtocolRawStream(message, options)
    },
    // pglite-socket keeps to one client while this is true. Inside a transaction is not enough: measured, 5 clients
    // whose messages are 3 MB long got each other's rows in half of their queries, since the socket delivers such a
    // message in parts and PostgreSQL has a single unnamed statement.
    isInTransaction: () => insideBatch || (database?.isInTransaction() ?? false),
  }

  return {
    served,
    start,
    close: async () => {
      if (creation) await (await creation).close()
    },
  }
}

/** All clients share a session: without this, a `SET search_path` of one client would hold for the next. */
async function forgetSession(backend: PGlite): Promise<void> {
  await backend.execProtocolRawStream(protocol.serialize.query('DISCARD ALL'), { onRawData: () => {} })
}
