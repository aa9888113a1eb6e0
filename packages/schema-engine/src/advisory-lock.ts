// Migrate's guard against a second Migrate: an advisory lock that the engine takes before it changes anything.
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import type pg from 'pg'
import { asDriverError, EngineError } from './errors.ts'

const patience = '10s'
const lockNotAvailable = '55P03'

/**
 * Makes the adapter wait 10 s for the lock, as the native engine does, where the WebAssembly engine would wait for
 * ever. `PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK` skips the lock, for poolers that cannot hold one.
 */
export function limitLockWait(pool: pg.Pool, adapter: SqlDriverAdapter): void {
  const executeRaw = adapter.executeRaw.bind(adapter)

  adapter.executeRaw = async (query) => {
    if (!query.sql.startsWith('SELECT pg_advisory_lock(')) return executeRaw(query)
    if (process.env['PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK']) return 0
    await pool.query(`SET lock_timeout = '${patience}'`)
    try {
      await pool.query(query.sql)
      return 1
    } catch (cause) {
      if (asDriverError(cause).code !== lockNotAvailable) throw cause
      const text = `Another process is migrating this database: its advisory lock was not released within ${patience}.`
      throw new EngineError(text, { code: 'P1002', cause })
    } finally {
      await pool.query('RESET lock_timeout')
    }
  }
}
