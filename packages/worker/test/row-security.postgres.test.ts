// Row-level security of the application's tables: a row that the worker's role may not see must not pass for deleted.
import type { Database, Row } from '@prisma-vectorizer/spec'
import { expect, test } from 'vitest'
import { openDatabase } from '../src/database/open-database.ts'
import { openBlog } from './support/blog.ts'
import { createRole } from './support/roles.ts'
import { blogPost, blogPostColumn } from './support/vectorizers.ts'

const grants = (role: string) => `GRANT USAGE ON SCHEMA public, vectorizer TO ${role};
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public, vectorizer TO ${role};`
const hideAll = 'ENABLE ROW LEVEL SECURITY'

test.each([
  ['BlogPost.contentEmbeddings', 'BlogPost', blogPost],
  ['BlogPost.contentEmbeddings', 'BlogPost_embedding_store', blogPost],
  ['BlogPost.embedding', 'BlogPost', blogPostColumn],
])('%s survives row-level security on %s', async (label, table, spec) => {
  await using blog = await openBlog({ spec })
  await using role = await createRole(blog)
  await blog.query(grants(role.name))
  await blog.insert(['One.', 'Two.'])
  const worker = blog.worker({ database: role.url })
  expect(await worker.drain()).toMatchObject({ embedded: 2, drained: true })
  const everything = () => blog.query(`SELECT * FROM "${table}" ORDER BY 1`)
  const before = await everything()

  await blog.query(`ALTER TABLE "${table}" ${hideAll}`)
  await blog.query(`UPDATE "BlogPost" SET views = 0; INSERT INTO vectorizer."${spec.name}_queue" VALUES (1), (2)`)
  const fact = `VZ511 ${label}: the role \`${role.name}\` sees "public"."${table}" through row-level security.`
  const summary = await worker.drain()
  expect(summary).toMatchObject({ removed: 0, failed: 0, drained: false })
  expect(summary.vectorizers[0]?.error).toContain(fact)
  expect((await worker.status())[0]?.error).toContain(fact)
  expect(await everything()).toEqual(before)
  expect(await blog.queued()).toHaveLength(2)
  await worker.stop()

  // As the message says: the owner, or a policy for every row.
  expect((await blog.worker().status())[0]?.error).toBeUndefined()
  const fix = /`(CREATE POLICY .*)`/.exec(summary.vectorizers[0]?.error ?? '')?.[1]
  await blog.query(fix as string)
  const again = blog.worker({ database: role.url })
  expect(await again.drain()).toMatchObject({ embedded: 2, removed: 0, drained: true })
  await again.stop()
})

test.each([
  ['some rows only', `CREATE POLICY p ON "BlogPost" USING (id > 1)`],
  ['other commands', `CREATE POLICY p ON "BlogPost" FOR SELECT USING (true)`],
  [
    'a restriction besides',
    `CREATE POLICY p ON "BlogPost" USING (true); CREATE POLICY r ON "BlogPost" AS RESTRICTIVE USING (id > 1)`,
  ],
  ['another role', `CREATE POLICY p ON "BlogPost" TO pg_monitor USING (true)`],
])('a policy for %s does not do', async (_, policies) => {
  await using blog = await openBlog()
  await using role = await createRole(blog)
  await blog.query(`${grants(role.name)} ALTER TABLE "BlogPost" ${hideAll}; ${policies}`)
  await blog.insert(['One.', 'Two.'])
  const worker = blog.worker({ database: role.url })
  expect((await worker.drain()).vectorizers[0]?.error).toContain('VZ511')
  await worker.stop()
})

test.each([
  ['a table', blogPost],
  ['a column', blogPostColumn],
])('row-level security switched on while a batch is in flight costs %s no embeddings', async (_, spec) => {
  await using blog = await openBlog({ spec })
  await using role = await createRole(blog)
  await blog.query(grants(role.name))
  await blog.insert(['One.', 'Two.'])
  await blog.worker().drain()
  await blog.query(`UPDATE "BlogPost" SET title = 'New'`)
  const { database } = await openDatabase(role.url, 2)
  const interrupted: Database = {
    ...database,
    async query<R extends Row>(text: string, values?: readonly unknown[]) {
      // After the registry was read, before the rows are.
      if (text.includes('AS present')) await blog.query(`ALTER TABLE "BlogPost" ${hideAll}`)
      return database.query<R>(text, values)
    },
  }
  const worker = blog.worker({ database: interrupted })
  const [name] = (await worker.status()).map((status) => status.name)
  expect(await worker.processBatch(name as string)).toMatchObject({ removed: 0, embedded: 0, returned: 2 })
  expect(spec === blogPost ? await blog.stored() : (await blog.vectors()).filter(Boolean)).toHaveLength(2)
  expect(await blog.queued()).toHaveLength(2)
  await worker.stop()
  await database.close()
})
