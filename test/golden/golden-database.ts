// Where golden migrations are applied: PGlite in this process, with every extension a fixture names, or the server of
// VECTORIZER_TEST_POSTGRES.
import { PGlite } from '@electric-sql/pglite'
import { citext } from '@electric-sql/pglite/contrib/citext'
import { vector } from '@electric-sql/pglite-pgvector'
import pg from 'pg'
import type { CatalogClient } from '../support/catalog.ts'
import { createDatabase } from '../support/databases.ts'
import { freshDataFolder } from '../support/pglite-image.ts'

export interface GoldenDatabase extends CatalogClient {
  /** Runs several statements. */
  exec(sql: string): Promise<unknown>
  close(): Promise<void>
}

export async function openGoldenDatabase(): Promise<GoldenDatabase> {
  if (!process.env['VECTORIZER_TEST_POSTGRES']) {
    return PGlite.create({ extensions: { vector, citext }, loadDataDir: await freshDataFolder() })
  }
  const database = await createDatabase()
  const client = new pg.Client(database.url)
  await client.connect()
  return {
    query: (sql, values) => client.query(sql, values),
    exec: (sql) => client.query(sql),
    async close() {
      await client.end()
      await database.close()
    },
  }
}
