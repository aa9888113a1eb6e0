// The main database of a request that has no use for one, such as a diff between two schema files.
import { ColumnTypeEnum, type SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import { EngineError } from './errors.ts'

/**
 * The native engine compares files without a server, the WebAssembly one connects when it is created. All it asks then
 * is this one query, for the server's version; anything else is refused.
 */
export const offlineConnection: SqlDriverAdapter = {
  provider: 'postgres',
  adapterName: 'offline',
  getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: true }),
  queryRaw: async ({ sql }) => {
    if (!sql.includes('version()')) return refuse()
    return {
      columnNames: ['exists', 'version', 'numeric_version'],
      columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
      rows: [[true, 'PostgreSQL 15.0', 150_000]],
    }
  },
  executeRaw: refuse,
  executeScript: refuse,
  startTransaction: refuse,
  dispose: async () => {},
}

async function refuse(): Promise<never> {
  throw new EngineError('This command reads the database after all: set `datasource.url` in prisma.config.ts.')
}
