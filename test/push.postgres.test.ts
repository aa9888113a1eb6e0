// `prisma-vectorizer push` to a database that is not there yet, and to a schema that the database URL names.
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { createWrappedApplication } from './support/application.ts'
import { createDatabase, withClient } from './support/databases.ts'

const command = 'node_modules/@prisma-vectorizer/worker/bin/prisma-vectorizer.js'
const models = `model Note {
  id   Int    @id @default(autoincrement())
  text String /// @vectorizer(dimensions: 3)
}
`

test('makes the database and the schema that the URL names, and keeps to the schema', async () => {
  await using server = await createDatabase()
  const name = `vectorizer_test_${randomUUID().replaceAll('-', '')}`
  const url = new URL(server.url)
  url.pathname = `/${name}`
  const inSchema = `${url.href}?schema=app`
  try {
    await using project = await createWrappedApplication(models, { url: inSchema, shadowUrl: undefined })
    const first = await project.node([command, 'push'])
    expect(first.stderr).toContain('embeds Note.text into Note_embedding_store, existing rows included')
    await withClient(url.href, async (client) => {
      await client.query(`INSERT INTO app."Note" (text) VALUES ('a text')`)
      expect((await client.query('SELECT key_id FROM vectorizer."Note_embedding_store_queue"')).rows).toEqual([
        { key_id: 1 },
      ])
      const tables = `SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('app', 'public') ORDER BY 2`
      expect((await client.query(tables)).rows).toEqual([
        { schemaname: 'app', tablename: 'Note' },
        { schemaname: 'app', tablename: 'Note_embedding_store' },
      ])
    })
    expect((await project.node([command, 'push'])).stderr).toContain('nothing to do')

    await using other = await createWrappedApplication(models, { url: url.href, shadowUrl: undefined })
    const refused = await other.node([command, 'push'], { code: 1 })
    expect(refused.stderr).toContain('VZ206 The extension "vector" is in the Postgres schema "app"')
  } finally {
    await withClient(server.url, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
  }
})

test('hands on to Prisma what it was given', async () => {
  await using database = await createDatabase()
  await using project = await createWrappedApplication(models, database)
  const { stderr } = await project.node([command, 'push', '--config', 'prisma.config.ts', '--schema=prisma/schema'])
  expect(stderr).toContain('$ prisma db push --schema prisma/schema --config prisma.config.ts\n')
  expect(stderr).toContain('$ prisma generate --schema prisma/schema --config prisma.config.ts\n')
})
