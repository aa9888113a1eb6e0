// LISTEN on a connection of its own: the application says that there is work, and an idle worker looks at once.
import type { Database } from '@prisma-vectorizer/spec'
import pg from 'pg'
import { connectionConfig } from '../connection-url.ts'
import type { Logger } from '../logger.ts'
import type { DatabaseOption } from './database-option.ts'

/** What the application notifies: `NOTIFY vectorizer`. */
const channel = 'vectorizer'

/** PGlite's own way to listen. */
interface Listening {
  listen(channel: string, callback: () => void): Promise<() => Promise<void>>
}

/** A connection of a `pg` pool, which emits what it hears. */
interface Connection {
  query(text: string): Promise<unknown>
  on(event: 'notification' | 'error' | 'end', listener: () => void): unknown
}

interface PoolOfConnections {
  connect(): Promise<Connection & { release(destroy?: boolean): void }>
}

export interface Listener {
  close(): Promise<void>
}

/** Milliseconds before another try to connect: 1 s, doubled up to 30 s. */
const retryAfter = (failures: number): number => Math.min(1_000 * 2 ** failures, 30_000)

/**
 * Calls `onNotify` for every notification, and after every reconnection, since what came before it is lost. Never
 * throws: polling goes on in any case.
 */
export async function listen(
  option: DatabaseOption,
  database: Database,
  onNotify: () => void,
  logger: Logger,
): Promise<Listener> {
  try {
    if (typeof option !== 'string' && 'listen' in option) {
      return { close: await (option as unknown as Listening).listen(channel, onNotify) }
    }
    const connect = await connectorOf(option, database)
    if (connect) return keepListening(connect, onNotify, logger)
    logger.warn({}, 'this database cannot listen; its queues are looked at on time only')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    logger.warn({}, `this worker cannot listen; its queues are looked at on time only: ${reason}`)
  }
  return { close: async () => {} }
}

interface Opened {
  readonly connection: Connection
  close(): Promise<void>
}

/** Opens the connection; `lost` is called, perhaps twice, when it ends. */
type Connect = (lost: () => void) => Promise<Opened>

async function connectorOf(option: DatabaseOption, database: Database): Promise<Connect | undefined> {
  if (typeof option === 'string') return (await isPgliteServer(database)) ? undefined : fromUrl(option)
  return 'connect' in option && 'totalCount' in option ? fromPool(option as unknown as PoolOfConnections) : undefined
}

/** Its socket is one session for all connections: what one hears is lost on the others. */
async function isPgliteServer(database: Database): Promise<boolean> {
  const [server] = await database.query<{ version: string }>('SELECT version()')
  return /emscripten|wasm/i.test(server?.version ?? '')
}

const fromUrl =
  (url: string): Connect =>
  async (lost) => {
    const connection = new pg.Client({ ...connectionConfig(url), keepAlive: true })
    connection.on('error', lost)
    connection.on('end', lost)
    const close = () => connection.end().catch(() => {})
    try {
      await connection.connect()
    } catch (error) {
      await close()
      throw error
    }
    return { connection, close }
  }

const fromPool =
  (pool: PoolOfConnections): Connect =>
  async (lost) => {
    const connection = await pool.connect()
    connection.on('error', lost)
    connection.on('end', lost)
    // Not back into the pool, where it would go on listening.
    return { connection, close: async () => connection.release(true) }
  }

function keepListening(connect: Connect, onNotify: () => void, logger: Logger): Listener {
  let closed = false
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let current: Opened | undefined

  /** Resolves when the connection is open and listening; rejects when it was lost before. */
  async function open(): Promise<void> {
    let isLost = false
    const lost = () => {
      if (isLost) return
      isLost = true
      const ended = current
      current = undefined
      if (ended) void ended.close().then(() => again(undefined))
    }
    const opened = await connect(lost)
    try {
      opened.connection.on('notification', onNotify)
      await opened.connection.query(`LISTEN ${channel}`)
    } catch (error) {
      await opened.close()
      throw error
    }
    if (closed) return await opened.close()
    current = opened
    if (failures > 0) logger.info({}, 'listening again')
    failures = 0
    onNotify()
  }

  function again(error: unknown): void {
    if (closed) return
    if (failures === 0) {
      const reason = error instanceof Error ? `: ${error.message}` : ''
      logger.warn({}, `the connection that listens is lost, connecting again${reason}`)
    }
    timer = setTimeout(start, retryAfter(failures++)).unref()
  }

  let opening = Promise.resolve()
  const start = () => {
    opening = open().catch(again)
  }
  start()
  return {
    async close() {
      closed = true
      clearTimeout(timer)
      await opening
      const ended = current
      current = undefined
      await ended?.close()
    },
  }
}
