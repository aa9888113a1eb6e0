// Makes the database and the schema that a URL names, as `prisma db push` does: what Prisma then makes in it needs the
// extension to be there.
import { quoteIdentifier } from '@prisma-vectorizer/spec'
import pg from 'pg'
import { connectionConfig } from '../connection-url.ts'

/** Does nothing where they exist; what keeps it from asking is left to whoever connects next. */
export async function makeDatabase(url: string): Promise<void> {
  if (!URL.canParse(url)) return
  const target = new URL(url)
  try {
    await makeSchema(target)
  } catch (error) {
    if ((error as { code?: unknown }).code !== unknownDatabase) return
    const maintenance = new URL(url)
    maintenance.pathname = '/postgres'
    maintenance.searchParams.delete('schema')
    const name = decodeURIComponent(target.pathname.slice(1))
    await execute(maintenance, `CREATE DATABASE ${quoteIdentifier(name)}`)
    await makeSchema(target)
  }
}

/** PostgreSQL's `invalid_catalog_name`. */
const unknownDatabase = '3D000'

/** Without the parameter it is one that every database has. */
async function makeSchema(url: URL): Promise<void> {
  const schema = url.searchParams.get('schema')
  await execute(url, schema === null ? 'SELECT' : `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`)
}

async function execute(url: URL, sql: string): Promise<void> {
  const client = new pg.Client(connectionConfig(url.href))
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
