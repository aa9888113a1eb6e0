// The throwaway database on which the engine replays migrations.
import { randomUUID } from 'node:crypto'
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import pg from 'pg'
import type { Datasource } from './arguments.ts'
import { openAdapter, type ScriptFailureListener } from './connection.ts'
import { parseConnectionUrl, withDatabase } from './connection-url.ts'
import { EngineError } from './errors.ts'
import { createDatabase, dropDatabase } from './maintenance.ts'

export interface ShadowDatabase {
  readonly adapter: SqlDriverAdapter
  /** Removes a database made for the occasion, also while it is in use. */
  drop(): Promise<void>
}

/**
 * Connects to an empty database: the one of `shadowDatabaseUrl`, emptied of its schema and of those the datasource lists,
 * or a new one beside the main database.
 */
export async function openShadowDatabase(
  { url, shadowDatabaseUrl }: Datasource,
  listedSchemas: readonly string[],
  onScriptFailure: ScriptFailureListener,
): Promise<ShadowDatabase> {
  return shadowDatabaseUrl
    ? openGiven(shadowDatabaseUrl, listedSchemas, onScriptFailure)
    : openTemporary(url, onScriptFailure)
}

async function openGiven(
  shadowDatabaseUrl: string,
  listedSchemas: readonly string[],
  onScriptFailure: ScriptFailureListener,
): Promise<ShadowDatabase> {
  const { schema = 'public' } = parseConnectionUrl(shadowDatabaseUrl)
  const name = pg.escapeIdentifier(schema)
  const adapter = await openAdapter(shadowDatabaseUrl, onScriptFailure)
  const drops = [...new Set([schema, ...listedSchemas])].map(
    (listed) => `DROP SCHEMA IF EXISTS ${pg.escapeIdentifier(listed)} CASCADE;`,
  )
  await adapter.executeScript(`${drops.join(' ')} CREATE SCHEMA ${name};`)
  return { adapter, drop: async () => {} }
}

async function openTemporary(
  mainUrl: string | undefined,
  onScriptFailure: ScriptFailureListener,
): Promise<ShadowDatabase> {
  const url = withDatabase(mainUrl, `prisma_migrate_shadow_db_${randomUUID()}`)
  const drop = () => dropDatabase(url)
  try {
    await createDatabase(url)
  } catch (cause) {
    throw shadowDatabaseError(cause)
  }
  try {
    return { adapter: await openAdapter(url, onScriptFailure), drop }
  } catch (error) {
    await drop()
    throw error
  }
}

function shadowDatabaseError(cause: unknown): unknown {
  if (!(cause instanceof EngineError) || cause.code !== 'P1010') return cause
  const text = [
    `Prisma Migrate could not create the shadow database. ${cause.message}`,
    'Give the user the right to create databases, or set `shadowDatabaseUrl` to a database that may be emptied.',
  ].join('\n')
  return new EngineError(text, { code: 'P3014', cause })
}
