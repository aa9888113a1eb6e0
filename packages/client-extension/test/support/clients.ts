// The fixture's database and its generated clients, on every adapter that one test process can reach.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaPGlite } from 'pglite-prisma-adapter'
import { createDatabase } from '../../../../test/support/databases.ts'
import { freshDataFolder } from '../../../../test/support/pglite-image.ts'
import type { PrismaClient } from '../fixture/generated/client/client.ts'
import { generateClient } from './generate-client.ts'

/** `pglite`: in this process, vectors as text. `pg`: adapter-pg, vectors in binary, on PostgreSQL where there is one. */
export const adapters = ['pglite', 'pg'] as const
export type AdapterName = (typeof adapters)[number]

type ClientOptions = ConstructorParameters<typeof PrismaClient>[0]
interface AdapterOptions {
  readonly schema?: string
}

type ClientClass = new (options: ClientOptions) => PrismaClient

export interface Fixture extends AsyncDisposable {
  /** A client without extensions. */
  readonly prisma: PrismaClient
  /** Another client of the same database. */
  connect(options?: Partial<ClientOptions>): PrismaClient
  /** For a client that the test makes, and disconnects, itself. */
  adapterOptions(options?: AdapterOptions): { readonly adapter: NonNullable<ClientOptions['adapter']> }
  close(): Promise<void>
}

/** The clients that the two generators make, as classes. */
export async function clientClasses(): Promise<{ readonly esm: ClientClass; readonly js: ClientClass }> {
  await generateClient()
  const { PrismaClient } = await import('../fixture/generated/client/client.ts')
  const require = createRequire(import.meta.url)
  return { esm: PrismaClient, js: require('../fixture/generated/client-js/index.js').PrismaClient }
}

/** A database with the fixture's tables and rows, or with tables of the test's own. */
export async function openFixture(adapter: AdapterName, sql?: string): Promise<Fixture> {
  const { esm } = await clientClasses()
  const script = sql ?? `${await fixtureSql('tables')}\n${await fixtureSql('rows')}`
  const { createAdapter, close: closeDatabase } = await (adapter === 'pglite' ? openPglite(script) : openPg(script))
  const clients: PrismaClient[] = []
  function connect(options: Partial<ClientOptions> = {}): PrismaClient {
    const client = new esm({ adapter: createAdapter(), ...options } as ClientOptions)
    clients.push(client)
    return client
  }
  async function close(): Promise<void> {
    for (const client of clients) await client.$disconnect()
    await closeDatabase()
  }
  const adapterOptions: Fixture['adapterOptions'] = (options) => ({ adapter: createAdapter(options) })
  return { prisma: connect(), connect, adapterOptions, close, [Symbol.asyncDispose]: close }
}

export const fixtureSql = (name: 'tables' | 'rows') =>
  readFile(new URL(`../fixture/${name}.sql`, import.meta.url), 'utf8')

async function openPglite(sql: string) {
  const database = await PGlite.create({ extensions: { vector }, loadDataDir: await freshDataFolder() })
  await database.exec(sql)
  return { createAdapter: (_options?: AdapterOptions) => new PrismaPGlite(database), close: () => database.close() }
}

async function openPg(sql: string) {
  const database = await createDatabase({ sql })
  // PGlite behind a socket has one session: a pool of one keeps a transaction's statements together.
  return {
    createAdapter: (options?: AdapterOptions) => new PrismaPg({ connectionString: database.url, max: 1 }, options),
    close: () => database.close(),
  }
}
