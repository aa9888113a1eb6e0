// Statements that belong to the server rather than to one of its databases: CREATE DATABASE and DROP DATABASE.
import pg from 'pg'
import { parseConnectionUrl, withDatabase } from './connection-url.ts'
import { asDriverError, connectionError } from './errors.ts'

/** Returns the name of the database it created. */
export async function createDatabase(url: string | undefined): Promise<string> {
  const { database } = parseConnectionUrl(url).address
  await runOnServer(url, `CREATE DATABASE ${pg.escapeIdentifier(database)}`)
  return database
}

/** FORCE: a session that was cut off may still be open. Fine with a database that is not there. */
export async function dropDatabase(url: string | undefined): Promise<void> {
  const { database } = parseConnectionUrl(url).address
  await runOnServer(url, `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(database)} WITH (FORCE)`)
}

async function runOnServer(url: string | undefined, sql: string): Promise<void> {
  const { address } = parseConnectionUrl(url)
  const client = await connectToMaintenanceDatabase(url)
  try {
    await client.query(sql)
  } catch (error) {
    throw connectionError(error, address)
  } finally {
    await client.end()
  }
}

const invalidCatalogName = '3D000'

async function connectToMaintenanceDatabase(url: string | undefined): Promise<pg.Client> {
  let failure: unknown
  for (const database of ['postgres', 'template1']) {
    const { address, config } = parseConnectionUrl(withDatabase(url, database))
    const client = new pg.Client(config)
    try {
      await client.connect()
      return client
    } catch (error) {
      await client.end()
      failure = connectionError(error, address)
      if (asDriverError(error).code !== invalidCatalogName) break
    }
  }
  throw failure
}
