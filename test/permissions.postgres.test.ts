// The rights of four roles, on real PostgreSQL: who owns the database but is no superuser migrates; a worker role works;
// an application role writes without any right on schema `vectorizer`, and searches what row-level security lets it see.
import { randomUUID } from 'node:crypto'
import { createWorker } from '@prisma-vectorizer/worker'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { datasource, generators } from './support/application.ts'
import { createDatabase, type TestDatabase, withClient } from './support/databases.ts'
import { createProject, type Project } from './support/project.ts'

const suffix = randomUUID().slice(0, 8)
const roles = {
  owner: `owner ${suffix}`,
  worker: `worker "${suffix}"`,
  app: `app_${suffix}`,
  tenant: `tenant_${suffix}`,
}
const quoted = (role: string) => pg.escapeIdentifier(role)

const models = `model Document {
  id        Int     @id
  owner     String  @default("nobody")
  /// @vectorizer(dimensions: 64, model: "local/hash", template: "$title: $chunk", where: published = true)
  content   String
  title     String  @default("title")
  published Boolean @default(true)
  embedding Unsupported("vector(64)")?
  /// @vectorizer(dimensions: 64, model: "local/hash", destination: column(embedding))
  summary   String  @default("")
}
`
const secure = `ALTER TABLE "Document" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Document" USING (owner = current_user) WITH CHECK (true);
`

let database: TestDatabase
let project: Project
const as = (role: string) => {
  const url = new URL(database.url)
  url.username = encodeURIComponent(role)
  url.password = 'secret'
  return url.href
}
const superuser = (sql: string) => withClient(database.url, (client) => client.query(sql))
const query = async (role: string, sql: string) =>
  withClient(as(role), async (client) => (await client.query(sql)).rows as Record<string, unknown>[])

beforeAll(async () => {
  database = await createDatabase()
  for (const role of Object.values(roles)) {
    await superuser(`CREATE ROLE ${quoted(role)} LOGIN PASSWORD 'secret'`)
  }
  const name = new URL(database.url).pathname.slice(1)
  // Only a superuser may make this extension; whoever runs the database has.
  await superuser(`CREATE EXTENSION vector; ALTER DATABASE ${name} OWNER TO ${quoted(roles.owner)};
    ALTER SCHEMA public OWNER TO ${quoted(roles.owner)}`)
  const { client, vectorizer } = generators('../generated')
  const block = vectorizer.replace(
    /\n\}/u,
    `\n  workerRole = ${JSON.stringify(roles.worker)}\n  applicationRole = "${roles.app}"\n}`,
  )
  project = await createProject({ schema: [datasource, client, block, models].join('\n'), url: as(roles.owner) })
  await project.prisma('generate')
  const init = (await project.prisma('migrate diff --from-empty --to-schema prisma/schema.prisma --script')).stdout
  const tables = init.slice(init.indexOf('CREATE TABLE "Document"'))
  await project.write('prisma/migrations/20200101000000_init/migration.sql', tables + secure)
  await project.prisma('generate')
  await project.prisma('migrate deploy')
  await superuser(`GRANT USAGE ON SCHEMA public TO ${quoted(roles.app)}, ${quoted(roles.worker)}, ${quoted(roles.tenant)};
    GRANT SELECT, INSERT, UPDATE, DELETE ON "Document" TO ${quoted(roles.app)}, ${quoted(roles.tenant)}`)
})
afterAll(async () => {
  await project?.close()
  for (const role of Object.values(roles))
    await superuser(`REASSIGN OWNED BY ${quoted(role)} TO CURRENT_USER`).catch(() => {})
  for (const role of Object.values(roles)) await superuser(`DROP OWNED BY ${quoted(role)}`).catch(() => {})
  await database?.close()
  const server = process.env['VECTORIZER_TEST_POSTGRES'] as string
  await withClient(server, async (client) => {
    for (const role of Object.values(roles)) await client.query(`DROP ROLE IF EXISTS ${quoted(role)}`)
  })
})

test('the owner of the database, no superuser, has migrated', async () => {
  expect(await query(roles.owner, 'SELECT name FROM vectorizer.vectorizer ORDER BY 1')).toEqual([
    { name: 'Document_embedding' },
    { name: 'Document_embedding_store' },
  ])
  expect(await query(roles.owner, `SELECT rolsuper FROM pg_roles WHERE rolname = current_user`)).toEqual([
    { rolsuper: false },
  ])
})

describe.each([
  ['the application role', roles.app],
  ['a role that was granted nothing of ours', roles.tenant],
])('%s', (_, role) => {
  test('writes, and its rows are queued', async () => {
    await query(
      role,
      `INSERT INTO "Document" (id, owner, content, summary) VALUES (1, current_user, 'about bees', 'bees'), (2, 'another', 'about hives', 'hives')`,
    )
    await query(role, `UPDATE "Document" SET content = 'about honey bees' WHERE id = 1`)
    await query(role, `UPDATE "Document" SET published = false WHERE id = 1`)
    await query(role, `UPDATE "Document" SET published = true WHERE id = 1`)
    const queued = await query(roles.owner, 'SELECT key_id FROM vectorizer."Document_embedding_store_queue" ORDER BY 1')
    expect(queued).toEqual([{ key_id: 1 }, { key_id: 2 }])
    await query(role, `DELETE FROM "Document" WHERE id = 1`)
    await superuser('TRUNCATE "Document" CASCADE')
  })

  test('has no right on schema vectorizer', async () => {
    await expect(query(role, 'SELECT FROM vectorizer.vectorizer')).rejects.toThrow(/permission denied for schema/)
  })
})

test('the worker role embeds what it may not see by the policies of others, and nothing more is granted to it', async () => {
  await superuser(`INSERT INTO "Document" (id, owner, content, summary) VALUES
    (1, '${roles.app}', 'about bees', 'bees'), (2, 'another', 'about hives', 'hives'), (3, '${roles.app}', 'about wax', '')`)
  const worker = createWorker({ database: as(roles.worker) })
  expect(await worker.drain()).toMatchObject({ embedded: 6, failed: 0, chunks: expect.any(Number) })
  await worker.stop()
  expect(await query(roles.owner, 'SELECT id FROM "Document_embedding_store" ORDER BY 1')).toHaveLength(3)
  // By its heartbeats.
  expect(await query(roles.owner, 'SELECT embedded::int FROM vectorizer.progress ORDER BY vectorizer')).toEqual([
    { embedded: 3 },
    { embedded: 3 },
  ])
  for (const sql of [
    `UPDATE "Document" SET content = 'x'`,
    'DELETE FROM "Document"',
    'SELECT embedding FROM "Document_embedding_store"',
    `UPDATE "Document_embedding_store" SET chunk = ''`,
    'INSERT INTO vectorizer."Document_embedding_store_queue" (key_id) VALUES (9)',
    'UPDATE vectorizer."Document_embedding_store_queue" SET reembed = true',
    'UPDATE vectorizer.vectorizer SET paused = true',
    'DELETE FROM vectorizer.vectorizer',
  ]) {
    await expect(query(roles.worker, sql), sql).rejects.toThrow(/permission denied/)
  }
})

test('a search as the application role finds only what the role may see', async () => {
  const rows = await query(roles.app, 'SELECT id, chunk FROM "Document_embedding_store" ORDER BY 1')
  expect(rows).toEqual([
    { id: 1, chunk: 'title: about bees' },
    { id: 3, chunk: 'title: about wax' },
  ])
  await expect(query(roles.tenant, 'SELECT FROM "Document_embedding_store"')).rejects.toThrow(/permission denied/)
  await project.write(
    'search.ts',
    `import { PrismaPg } from '@prisma/adapter-pg'
import { resolveEmbedder } from '@prisma-vectorizer/embedders'
import { PrismaClient } from './generated/prisma/client.ts'
import { vectorizer } from './generated/vectorizer/index.ts'
const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.argv[2] }) }).$extends(vectorizer({ embedder: resolveEmbedder }))
const ids = (rows: readonly { id: number }[]) => rows.map(({ id }) => id)
console.log(JSON.stringify([
  ids(await db.document.findSimilar('hives', { vectorizer: 'contentEmbeddings', take: 2 })),
  ids(await db.documentContentEmbeddings.findSimilar('hives', { take: 2 })),
  ids(await db.document.findSimilar('hives', { vectorizer: 'embedding', take: 2 })),
]))
await db.$disconnect()
`,
  )
  const { stdout } = await project.node(['node_modules/tsx/dist/cli.mjs', 'search.ts', as(roles.app)])
  const found = JSON.parse(stdout) as number[][]
  expect(found.map((ids) => ids.toSorted())).toEqual([[1, 3], [1, 3], [1]])
})

test('without the annotation nothing of the grants stays on the source', async () => {
  const text = (await project.read('prisma/schema.prisma')).replaceAll(/^ *\/\/\/ @vectorizer.*\n/gmu, '')
  await project.write('prisma/schema.prisma', text)
  await project.prisma('generate')
  await project.prisma('migrate deploy')
  const policies = await query(roles.owner, `SELECT polname FROM pg_policy WHERE polrelid = '"Document"'::regclass`)
  expect(policies).toEqual([{ polname: 'own' }])
})
