// Connections for the WebAssembly engine: @prisma/adapter-pg, mended where it was not made for migrations.
import { PrismaPg } from '@prisma/adapter-pg'
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import pg from 'pg'
import { limitLockWait } from './advisory-lock.ts'
import { reportCharacterColumns } from './character-columns.ts'
import { parseConnectionUrl } from './connection-url.ts'
import { connectionError } from './errors.ts'

/** Is told of a script that the database refused, before the engine puts the failure into words of its own. */
export type ScriptFailureListener = (script: string, error: unknown) => void

/** Opens one session and checks it. Fails with the Prisma code of the reason. */
export async function openAdapter(
  url: string | undefined,
  onScriptFailure: ScriptFailureListener,
): Promise<SqlDriverAdapter> {
  const { address, schema, config } = parseConnectionUrl(url)
  // One session for good: the engine's advisory lock and settings belong to it.
  const pool = new pg.Pool({ ...config, max: 1, idleTimeoutMillis: 0 })
  try {
    // Unqualified names in migrations mean the schema of the URL; the engine creates it if absent.
    await pool.query(schema === undefined ? 'SELECT 1' : `SET search_path = ${pg.escapeIdentifier(schema)}`)
  } catch (error) {
    await pool.end()
    throw connectionError(error, address)
  }

  const adapter = await new PrismaPg(pool, { schema: schema ?? 'public' }).connect()
  reportCharacterColumns(pool, adapter)
  limitLockWait(pool, adapter)
  // adapter-pg cuts a script at every `;`, also inside a function body. The native engine sends it as one simple query,
  // which PostgreSQL runs in one implicit transaction.
  adapter.executeScript = async (script) => {
    try {
      await pool.query(script)
    } catch (error) {
      onScriptFailure(script, error)
      adapter['onError'](error)
    }
  }
  let closing: Promise<void> | undefined
  // The engine closes some of its connections itself, and pg refuses to end a pool twice.
  adapter.dispose = () => {
    closing ??= pool.end()
    return closing
  }
  return adapter
}
