// What writes of an application do to queue and store, where several vectorizers watch one table, a key is odd, or
// replication writes. See docs/pgai-cases.md.
import { createWorker } from '@prisma-vectorizer/worker'
import { describe, expect, test } from 'vitest'
import { createDatabase, withClient } from '../support/databases.ts'
import { migrationSql, specsOfSchema } from '../support/schema-sql.ts'
import { specs as blogSpecs, tables as blogTables, useVectorizedTables } from '../support/vectorized-tables.ts'

describe('a store', () => {
  const { run, queued, insert, worked } = useVectorizedTables()
  const stored = async () =>
    (await run('SELECT id FROM "BlogPost_embedding_store" ORDER BY 1')).map((row) => row.id as number)

  async function embedded(...ids: number[]): Promise<void> {
    await insert(...ids)
    await run(`INSERT INTO "BlogPost_embedding_store" (id, chunk_seq, chunk, embedding)
      SELECT id, 0, content, '[1,2,3]' FROM "BlogPost"`)
    await worked()
  }

  test('loses the chunks of a deleted row, and keeps those of a row whose text changed until the worker comes', async () => {
    await embedded(1, 2, 3)
    await run(`UPDATE "BlogPost" SET content = 'other' WHERE id = 2; DELETE FROM "BlogPost" WHERE id = 1`)
    expect(await stored()).toEqual([2, 3])
    expect(await queued()).toEqual([2])
  })

  test('has the chunks of a row under its new key, and the queue has that key', async () => {
    await embedded(1, 2)
    await run('UPDATE "BlogPost" SET id = 10 WHERE id = 1')
    expect(await stored()).toEqual([2, 10])
    expect(await queued()).toEqual([10])
  })

  test('is emptied with its source by TRUNCATE … CASCADE, without which PostgreSQL refuses', async () => {
    await embedded(1, 2)
    await insert(3)
    await run('SAVEPOINT before')
    await expect(run('TRUNCATE "BlogPost"')).rejects.toThrow('cannot truncate a table referenced in a foreign key')
    await run('ROLLBACK TO before')
    await run('TRUNCATE "BlogPost" CASCADE')
    expect(await stored()).toEqual([])
    expect(await queued()).toEqual([])
  })

  test('follows a row that is deleted and inserted again', async () => {
    await embedded(1)
    await run('DELETE FROM "BlogPost"')
    expect([await stored(), await queued()]).toEqual([[], []])
    await insert(1)
    expect([await stored(), await queued()]).toEqual([[], [1]])
  })
})

describe('three vectorizers of one table, two of them with a column of it', () => {
  const models = `model Post {
  id            Int     @id
  /// @vectorizer(dimensions: 3, destination: column(titleVector))
  title         String
  titleVector   Unsupported("vector(3)")?
  /// @vectorizer(dimensions: 3, destination: column(summaryVector), template: "$title: $chunk")
  summary       String?
  summaryVector Unsupported("vector(3)")?
  /// @vectorizer(dimensions: 3, template: "$title: $chunk")
  content       String
  views         Int     @default(0)
}
`
  const sql = `CREATE TABLE "Post" ("id" INTEGER NOT NULL, "title" TEXT NOT NULL, "titleVector" vector(3), "summary" TEXT,
    "summaryVector" vector(3), "content" TEXT NOT NULL, "views" INTEGER NOT NULL DEFAULT 0, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));`
  const { run } = useVectorizedTables(
    `CREATE EXTENSION vector; ${sql} ${migrationSql(specsOfSchema(models), { tables: sql })}`,
  )
  const queues = {
    title: 'Post_titleVector_queue',
    summary: 'Post_summaryVector_queue',
    content: 'Post_embedding_store_queue',
  }
  /** What is queued, by the text it is queued for. */
  const queued = async () => {
    const found: Record<string, number[]> = {}
    for (const [text, name] of Object.entries(queues)) {
      const keys = (await run(`SELECT key_id FROM vectorizer."${name}" ORDER BY 1`)).map((row) => row.key_id as number)
      if (keys.length > 0) found[text] = keys
    }
    return found
  }
  const worked = async () => {
    for (const name of Object.values(queues)) await run(`DELETE FROM vectorizer."${name}"`)
  }
  const insert = () =>
    run(`INSERT INTO "Post" (id, title, summary, content) VALUES (1, 'a', 'b', 'c'), (2, 'a', NULL, 'c')`)

  test('an insert queues its rows once in each', async () => {
    await insert()
    expect(await queued()).toEqual({ title: [1, 2], summary: [1, 2], content: [1, 2] })
  })

  test.each([
    [`"content" = 'd'`, { content: [1] }],
    [`"summary" = 'd'`, { summary: [1] }],
    [`"title" = 'd'`, { title: [1], summary: [1], content: [1] }],
    [`"content" = 'd', "summary" = 'd', "titleVector" = '[1,2,3]'`, { summary: [1], content: [1] }],
    [`"views" = 7`, {}],
    [`"titleVector" = '[1,2,3]'`, {}],
    [`"titleVector" = '[1,2,3]', "summaryVector" = '[3,2,1]'`, {}],
  ])('an update of %s queues the row once in those that read it', async (assignment, expected) => {
    await insert()
    await worked()
    await run(`UPDATE "Post" SET ${assignment} WHERE id = 1`)
    expect(await queued()).toEqual(expected)
  })

  test('vectors that are taken back queue nothing, and so do chunks', async () => {
    await insert()
    await run(`UPDATE "Post" SET "titleVector" = '[1,2,3]', "summaryVector" = '[1,2,3]'`)
    await worked()
    await run(`UPDATE "Post" SET "titleVector" = NULL`)
    await run(`INSERT INTO "Post_embedding_store" (id, chunk_seq, chunk, embedding) VALUES (1, 0, 'c', '[1,2,3]')`)
    await run('DELETE FROM "Post_embedding_store"')
    expect(await queued()).toEqual({})
  })

  test('a deleted row leaves all queues, and TRUNCATE empties them', async () => {
    await insert()
    await run('DELETE FROM "Post" WHERE id = 1')
    expect(await queued()).toEqual({ title: [2], summary: [2], content: [2] })
    await run('TRUNCATE "Post" CASCADE')
    expect(await queued()).toEqual({})
  })
})

test('10,001 waiting rows are counted as 10,001', async () => {
  await using database = await createDatabase({
    sql: `${blogTables}${migrationSql(blogSpecs, { tables: blogTables })}`,
  })
  await withClient(database.url, (client) =>
    client.query(`INSERT INTO "BlogPost" (title, content) SELECT 'title', 'text' FROM generate_series(1, 10001)`),
  )
  const worker = createWorker({ database: database.url })
  const [blog] = await worker.status()
  await worker.stop()
  expect(blog).toMatchObject({ registryName: 'BlogPost_embedding_store', pending: 10_001 })
})

describe('rows that replication writes', () => {
  const { run, queued, insert, worked } = useVectorizedTables()
  const replicated = blogSpecs.map((spec) => (spec.kind === 'vectorizer' ? { ...spec, replicated: true } : spec))
  const allow = () => run(migrationSql(replicated, { tables: blogTables, before: blogSpecs }))
  const asReplica = async (sql: string) => {
    await run('SET LOCAL session_replication_role = replica')
    await run(sql)
    await run('SET LOCAL session_replication_role = origin')
  }
  const write = (id: number) => `INSERT INTO "BlogPost" (id, title) VALUES (${id}, 'a'), (${id + 1}, 'a');
    UPDATE "BlogPost" SET content = 'b' WHERE id = 1`
  const stored = () => run('SELECT id FROM "BlogPost_embedding_store" ORDER BY 1')

  test('are not queued', async () => {
    await insert(1)
    await worked()
    await asReplica(write(2))
    expect(await queued()).toEqual([])
  })

  test('are queued with `replicated: true`, other rows as before', async () => {
    await insert(1)
    await allow()
    await worked()
    await asReplica(write(2))
    expect(await queued()).toEqual([1, 2, 3])
    await worked()
    await insert(4)
    await run('UPDATE "BlogPost" SET views = 1')
    expect(await queued()).toEqual([4])
  })

  test('are queued after a watched column was renamed, too', async () => {
    await insert(1)
    await allow()
    await worked()
    await run('ALTER TABLE "BlogPost" RENAME COLUMN content TO body')
    await asReplica(`UPDATE "BlogPost" SET body = 'b'`)
    expect(await queued()).toEqual([1])
  })

  test('keep their chunks when they are deleted, and lose them with the option', async () => {
    await insert(1, 2)
    await run(
      `INSERT INTO "BlogPost_embedding_store" (id, chunk_seq, chunk, embedding) VALUES (1, 0, 'a', '[1,2,3]'), (2, 0, 'a', '[1,2,3]')`,
    )
    await run('SAVEPOINT before')
    await asReplica('DELETE FROM "BlogPost" WHERE id = 1')
    expect(await stored()).toEqual([{ id: 1 }, { id: 2 }])
    await run('ROLLBACK TO before')
    await allow()
    await asReplica('DELETE FROM "BlogPost" WHERE id = 1')
    expect(await stored()).toEqual([{ id: 2 }])
  })

  test('are queued still when another annotation has written our triggers anew', async () => {
    await allow()
    const other = replicated.map((spec) =>
      spec.kind === 'vectorizer' && spec.name === 'BlogPost_embedding_store' ? { ...spec, template: '$chunk' } : spec,
    )
    await run(migrationSql(other, { tables: blogTables, before: replicated }))
    await worked()
    await asReplica(write(1))
    expect(await queued()).toEqual([1, 2])
  })
})
