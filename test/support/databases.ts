// A database of one's own for a test: on PGlite, or on the server of VECTORIZER_TEST_POSTGRES (npm run test:pg).
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { startPgliteServer } from './pglite-server.ts'

export interface TestDatabase extends AsyncDisposable {
  readonly url: string
  /** On PGlite a second, empty server, started by its first client. Undefined on PostgreSQL: Prisma makes its own. */
  readonly shadowUrl: string | undefined
  readonly kind: 'postgres' | 'pglite'
  /** Removes the database. On PGlite nothing ends the process before this. */
  close(): Promise<void>
}

export interface TestDatabaseOptions {
  /** SQL to run first, as one script, such as the tables a test starts from. */
  readonly sql?: string | undefined
}

/** An empty database whose server has pgvector at hand; `CREATE EXTENSION vector` is left to the migrations. */
export async function createDatabase({ sql }: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = process.env['VECTORIZER_TEST_POSTGRES']
  const database = server ? await createOnPostgres(server) : await createOnPglite()
  if (sql !== undefined) await withClient(database.url, (client) => client.query(sql))
  return database
}

/** Runs `use` on a connection of its own and closes it. */
export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

async function createOnPostgres(server: string): Promise<TestDatabase> {
  const name = `vectorizer_test_${randomUUID().replaceAll('-', '')}`
  const url = new URL(server)
  url.pathname = `/${name}`
  await withClient(server, (client) => client.query(`CREATE DATABASE ${name}`))

  async function close(): Promise<void> {
    // FORCE: a test that failed may have left a connection open.
    await withClient(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
  }
  return { url: url.href, shadowUrl: undefined, kind: 'postgres', close, [Symbol.asyncDispose]: close }
}

async function createOnPglite(): Promise<TestDatabase> {
  const main = await startPgliteServer()
  const shadow = await startPgliteServer({ lazy: true })

  async function close(): Promise<void> {
    await Promise.all([main.close(), shadow.close()])
  }
  return { url: main.url, shadowUrl: shadow.url, kind: 'pglite', close, [Symbol.asyncDispose]: close }
}
