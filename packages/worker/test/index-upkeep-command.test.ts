// prisma-vectorizer index as a command: what it does, prints and refuses.
import type { AnySpec } from '@prisma-vectorizer/spec'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrationSql, specsOfSchema } from '../../../test/support/schema-sql.ts'
import { type Blog, openBlog } from './support/blog.ts'
import { indexesOf, indexName } from './support/index-upkeep.ts'
import { runCommand } from './support/run-command.ts'

const specs: readonly AnySpec[] = specsOfSchema(`model BlogPost {
  id      Int     @id @default(autoincrement())
  /// @vectorizer(dimensions: 8, index: hnsw(minRows: 2))
  content String?
}

model Photo {
  id    Int                      @id @default(autoincrement())
  looks Unsupported("vector(8)")? /// @vector(index: ivfflat(lists: 1))
  plain Unsupported("vector(8)")? /// @vector(index: none)
}
`)
const tables = `CREATE TABLE "BlogPost" ("id" SERIAL NOT NULL, "content" TEXT, CONSTRAINT "BlogPost_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Photo" ("id" SERIAL NOT NULL, "looks" vector(8), "plain" vector(8), CONSTRAINT "Photo_pkey" PRIMARY KEY ("id"));`

let blog: Blog
beforeAll(async () => {
  blog = await openBlog({ sql: `CREATE EXTENSION vector; ${tables} ${migrationSql(specs, { tables })}` })
})
afterAll(() => blog[Symbol.asyncDispose]())

const run = (...args: string[]) => runCommand(['index', ...args, '--database-url', blog.url])
const photoIndexes = () => blog.query(`SELECT FROM pg_class WHERE relname = 'Photo_looks_vector_idx'`)

test('builds what is due, and says of the others why not', async () => {
  expect(await run()).toEqual({
    code: 0,
    stdout: `BlogPost.contentEmbeddings: not built yet: 0 of 2 vectors (name it to build it now)
Photo.looks: "Photo_looks_vector_idx" is in order
Photo.plain: no index (\`index: none\`)
`,
    stderr: '',
  })
  await blog.query(`INSERT INTO "BlogPost" DEFAULT VALUES; INSERT INTO "BlogPost_embedding_store" (id, chunk_seq, chunk, embedding)
    SELECT 1, n, '', array_fill(n + 1, ARRAY[8])::vector FROM generate_series(0, 1) AS n; DROP INDEX "Photo_looks_vector_idx"`)
  const { code, stdout } = await run()
  expect(code).toBe(0)
  expect(stdout).toMatch(
    /^BlogPost\.contentEmbeddings: built "BlogPost_embedding_store_embedding_vector_idx" in \d+\.\d s\nPhoto\.looks: built "/,
  )
  expect(await indexesOf(blog)).toMatchObject([{ name: indexName, valid: true }])
  expect(await photoIndexes()).toHaveLength(1)
})

test('a dry run prints statements and runs none', async () => {
  const before = await indexesOf(blog)
  expect(await run('BlogPost.contentEmbeddings', '--rebuild', '--dry-run')).toEqual({
    code: 0,
    stdout: `-- BlogPost.contentEmbeddings
CREATE INDEX CONCURRENTLY "BlogPost_embedding_store_embedding_vector_idx_new" ON "public"."BlogPost_embedding_store" USING hnsw (("embedding"::halfvec(8)) halfvec_cosine_ops) WITH (m = 16, ef_construction = 64);
DROP INDEX CONCURRENTLY IF EXISTS "public"."BlogPost_embedding_store_embedding_vector_idx";
ALTER INDEX "public"."BlogPost_embedding_store_embedding_vector_idx_new" RENAME TO "BlogPost_embedding_store_embedding_vector_idx";
`,
    stderr: '',
  })
  expect(await indexesOf(blog)).toEqual(before)
})

test('drops, and builds what is named however few vectors there are', async () => {
  await blog.query('DELETE FROM "BlogPost_embedding_store"')
  expect((await run('BlogPost.contentEmbeddings', '--drop')).stdout).toBe(
    `BlogPost.contentEmbeddings: dropped "${indexName}"\n`,
  )
  expect(await indexesOf(blog)).toEqual([])
  expect((await run('BlogPost.contentEmbeddings', '--drop')).stdout).toBe(
    'BlogPost.contentEmbeddings: there is no index\n',
  )
  const { code, stdout } = await run('BlogPost_embedding_store', '--json', '--maintenance-work-mem', '64MB')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toEqual([
    {
      vectorizer: 'BlogPost.contentEmbeddings',
      index: indexName,
      state: 'absent',
      outcome: 'built',
      seconds: expect.any(Number),
    },
  ])
  expect(await indexesOf(blog)).toHaveLength(1)
})

describe('a failure', () => {
  test('of one index does not keep the others from theirs', async () => {
    await blog.query(`DROP INDEX "${indexName}", "Photo_looks_vector_idx"; CREATE TABLE "${indexName}" ()`)
    const { code, stdout, stderr } = await run('BlogPost.contentEmbeddings', 'Photo.looks')
    expect(code).toBe(1)
    expect(
      stderr,
    ).toBe(`VZ520 BlogPost.contentEmbeddings: the index "${indexName}" could not be built: relation "${indexName}" already exists.
  fix: Run \`prisma-vectorizer index\` once the database is in order: what was begun is cleared away.
`)
    expect(stdout).toMatch(/^Photo\.looks: built /)
    expect(await photoIndexes()).toHaveLength(1)
    await blog.query(`DROP TABLE "${indexName}"`)
  })

  test.each([
    [['Nothing.here'], 'VZ503 The database has no vectorizer `Nothing.here`.'],
    [['--drop'], 'VZ506 `--drop` names no vectorizer.'],
    [['--drop', '--rebuild', 'BlogPost.contentEmbeddings'], 'VZ506 '],
    [['--maintenance-work-mem', 'much'], 'VZ506 '],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(message)
  })
})
