// Starts PGlite with pgvector behind a TCP port, for everything that wants a database URL: tests, the demo, benchmarks.
import { mkdir } from 'node:fs/promises'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { createBackend } from './pglite-backend.ts'
import { freshDataFolder } from './pglite-image.ts'

export interface PgliteServerOptions {
  /** Folder that keeps the database between runs; made if absent. Default: in memory. */
  readonly dataDir?: string | undefined
  /** Clients beyond this many are refused. Default 20. They take turns: PGlite has one session. */
  readonly maxConnections?: number | undefined
  /** Start PGlite with the first connection rather than now. Default false. */
  readonly lazy?: boolean | undefined
}

export interface PgliteServer extends AsyncDisposable {
  readonly url: string
  close(): Promise<void>
}

/** Listens on a free loopback port. PGlite runs in this process: `close()` it, or the process does not end. */
export async function startPgliteServer(options: PgliteServerOptions = {}): Promise<PgliteServer> {
  const { dataDir, maxConnections = 20, lazy = false } = options
  const backend = createBackend(
    () => createPglite(dataDir),
    () => server.getStats().activeConnections,
  )
  // The type asks for the whole class; the server calls only the members that the backend has.
  const db = backend.served as PGlite
  const server: PGLiteSocketServer = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections })
  if (!lazy) await backend.start()
  await server.start()

  async function close(): Promise<void> {
    await server.stop()
    await backend.close()
  }
  return { url: `postgresql://postgres@${server.getServerConn()}/postgres`, close, [Symbol.asyncDispose]: close }
}

async function createPglite(dataDir: string | undefined): Promise<PGlite> {
  const options: PGliteOptions = { extensions: { vector } }
  if (dataDir === undefined) return PGlite.create({ ...options, loadDataDir: await freshDataFolder() })
  // PGlite makes the last folder of the path only.
  await mkdir(dataDir, { recursive: true })
  return PGlite.create(dataDir, options)
}
