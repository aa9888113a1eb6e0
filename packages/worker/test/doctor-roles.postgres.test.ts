// The doctor and the worker as roles that log in: what the doctor says is missing is what the worker misses.
import { expect, test } from 'vitest'
import { migrationSql, specsOfSchema } from '../../../test/support/schema-sql.ts'
import { openDatabase } from '../src/database/open-database.ts'
import { examine } from '../src/doctor/examine.ts'
import { renderSql } from '../src/doctor/render.ts'
import { openBlog } from './support/blog.ts'
import { findingsOf, named, registryOnly } from './support/examine.ts'
import { createRole } from './support/roles.ts'

const tables = `CREATE TABLE "BlogPost" ("id" SERIAL NOT NULL, "content" TEXT, CONSTRAINT "BlogPost_pkey" PRIMARY KEY ("id"));`
const specs = specsOfSchema(`model BlogPost {
  id      Int     @id @default(autoincrement())
  /// @vectorizer(dimensions: 8, model: "fake/good")
  content String?
}
`)
const sql = `CREATE EXTENSION vector; ${tables} ${migrationSql(specs, { tables })}`

test('with the rights that the doctor names the worker works', async () => {
  await using blog = await openBlog({ sql })
  await using role = await createRole(blog)
  await blog.insert(['One.', 'Two.'])
  const find = () => findingsOf(blog.query, registryOnly, { worker: role.name })
  const findings = await find()
  expect(named(findings)).toEqual(['DR802 BlogPost.content'])
  await blog.query(renderSql(findings))
  expect(await find()).toEqual([])
  const worker = blog.worker({ database: role.url })
  expect(await worker.drain()).toMatchObject({ embedded: 2, drained: true })
  await worker.stop()
})

test('row-level security that the doctor names is what the worker refuses', async () => {
  await using blog = await openBlog({ sql })
  await using role = await createRole(blog)
  await blog.insert(['One.'])
  const find = () => findingsOf(blog.query, registryOnly, { worker: role.name })
  await blog.query(renderSql(await find()))
  await blog.query('ALTER TABLE "BlogPost" ENABLE ROW LEVEL SECURITY')
  const worker = blog.worker({ database: role.url })
  expect((await worker.drain()).vectorizers[0]?.error).toContain('VZ511')
  expect(named(await find())).toEqual(['DR411 BlogPost.content', 'DR804 BlogPost.content'])
  await blog.query(renderSql(await find()))
  await blog.query(renderSql(await find()))
  expect(await find()).toEqual([])
  expect(await worker.drain()).toMatchObject({ embedded: 1, drained: true })
  await worker.stop()
})

test('a doctor that may not read the registry says so; one that may checks itself', async () => {
  await using blog = await openBlog({ sql })
  await using role = await createRole(blog)
  const { database } = await openDatabase(role.url, 1)
  try {
    await expect(examine(database, registryOnly)).rejects.toMatchObject({ code: 'VZ512' })
    await blog.query(`GRANT USAGE ON SCHEMA vectorizer TO ${role.name}`)
    await expect(examine(database, registryOnly)).rejects.toMatchObject({ code: 'VZ512' })
    await blog.query(`GRANT SELECT ON vectorizer.vectorizer TO ${role.name}`)
    const { findings } = await examine(database, registryOnly)
    expect(named(findings)).toEqual(['DR802 BlogPost.content'])
    await blog.query(renderSql(findings))
    expect((await examine(database, registryOnly)).findings).toEqual([])
  } finally {
    await database.close()
  }
})
