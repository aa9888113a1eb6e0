// The connections of one request: opened as the engine asks for them, closed together.
import {
  bindMigrationAwareSqlAdapterFactory,
  type ErrorCapturingSqlMigrationAwareDriverAdapterFactory,
  type SqlDriverAdapter,
} from '@prisma/driver-adapter-utils'
import type { Datasource } from './arguments.ts'
import { openAdapter } from './connection.ts'
import { log } from './log.ts'
import { offlineConnection } from './offline-connection.ts'
import { openShadowDatabase } from './shadow-database.ts'

export interface FailedScript {
  readonly script: string
  readonly error: unknown
}

export interface Session {
  /** Where the engine gets its connections. Errors of ours travel through its registry. */
  readonly factory: ErrorCapturingSqlMigrationAwareDriverAdapterFactory
  /** The last script that a database refused. */
  failedScript(): FailedScript | undefined
  /** Closes every connection and drops the shadow databases. */
  close(): Promise<void>
  /** Drops the shadow databases at once, also while a statement is running on them. */
  abort(): Promise<void>
}

export interface SessionOptions {
  readonly datasource: Datasource
  /** `schemas = [...]` of the datasource. */
  readonly listedSchemas: readonly string[]
  /** The request reads nothing from the main database. */
  readonly offline: boolean
}

export function createSession({ datasource, listedSchemas, offline }: SessionOptions): Session {
  const adapters: SqlDriverAdapter[] = []
  const drops: (() => Promise<void>)[] = []
  let failedScript: FailedScript | undefined
  const noteFailure = (script: string, error: unknown) => {
    failedScript = { script, error }
  }

  const factory = bindMigrationAwareSqlAdapterFactory({
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: async () => {
      if (offline) return offlineConnection
      const adapter = await openAdapter(datasource.url, noteFailure)
      adapters.push(adapter)
      return adapter
    },
    connectToShadowDb: async () => {
      const { adapter, drop } = await openShadowDatabase(datasource, listedSchemas, noteFailure)
      adapters.push(adapter)
      drops.push(drop)
      return adapter
    },
  })

  async function abort(): Promise<void> {
    for (const drop of drops.splice(0)) {
      // Left behind it costs space on the server; failing the request for it would hide the request's own outcome.
      await drop().catch((error) => log('WARN', { message: `A shadow database could not be dropped: ${error}` }))
    }
  }
  return {
    factory,
    failedScript: () => failedScript,
    close: async () => {
      await Promise.all(adapters.splice(0).map((adapter) => adapter.dispose()))
      await abort()
    },
    abort,
  }
}
