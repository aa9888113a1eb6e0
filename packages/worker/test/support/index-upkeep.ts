// `BlogPost` and its store as migrations make them, with an index of the test's choice, and the vectors that go into it.
import type { AnySpec } from '@prisma-vectorizer/spec'
import { migrationSql, specsOfSchema } from '../../../../test/support/schema-sql.ts'
import type { DatabaseOption } from '../../src/database/database-option.ts'
import { openDatabase } from '../../src/database/open-database.ts'
import type { UpkeepContext } from '../../src/index-upkeep/build.ts'
import { type IndexTarget, readTargets } from '../../src/index-upkeep/target.ts'
import { type Blog, openBlog } from './blog.ts'

export const indexName = 'BlogPost_embedding_store_embedding_vector_idx'
export const vectorizer = { name: 'BlogPost_embedding_store', label: 'BlogPost.contentEmbeddings' }
const tables = `CREATE TABLE "BlogPost" ("id" SERIAL NOT NULL, "content" TEXT, CONSTRAINT "BlogPost_pkey" PRIMARY KEY ("id"));`

const specsWith = (index: string): readonly AnySpec[] =>
  specsOfSchema(`model BlogPost {
  id      Int     @id @default(autoincrement())
  /// @vectorizer(dimensions: 8, model: "fake/good", index: ${index})
  content String?
}
`)

export const migratedSql = (index: string): string =>
  `CREATE EXTENSION vector; ${tables} ${migrationSql(specsWith(index), { tables })}`

export const openIndexed = (index: string): Promise<Blog> => openBlog({ sql: migratedSql(index) })

/** Empty, without an index, and with the annotation given. */
export async function startOver(blog: Blog, index: string): Promise<void> {
  await blog.query(`DROP INDEX IF EXISTS "${indexName}", "${indexName}_new"; TRUNCATE "BlogPost" RESTART IDENTITY CASCADE;
    TRUNCATE vectorizer."BlogPost_embedding_store_queue"`)
  await blog.query('UPDATE vectorizer.vectorizer SET spec = $1', [JSON.stringify(specsWith(index)[0])])
}

/** Posts with a chunk each, and nothing queued. */
export async function fill(blog: Blog, rows: number): Promise<void> {
  await blog.query(`WITH posts AS (INSERT INTO "BlogPost" (content) SELECT 'text' FROM generate_series(1, ${rows}) RETURNING id)
    INSERT INTO "BlogPost_embedding_store" (id, chunk_seq, chunk, embedding)
    SELECT id, 0, 'text', array_fill(1 + id % 97, ARRAY[8])::vector FROM posts`)
  await blog.query('DELETE FROM vectorizer."BlogPost_embedding_store_queue"')
}

export const indexesOf = (blog: Blog) =>
  blog.query<{
    name: string
    valid: boolean
    oid: string
    options: string
  }>(`SELECT c.relname::text AS name, indisvalid AS valid,
      c.oid::text AS oid, array_to_string(c.reloptions, ' ') AS options
    FROM pg_index JOIN pg_class AS c ON c.oid = indexrelid JOIN pg_am ON pg_am.oid = c.relam
    WHERE indrelid = '"BlogPost_embedding_store"'::regclass AND amname IN ('hnsw', 'ivfflat') ORDER BY 1`)

export interface OpenedUpkeep extends AsyncDisposable {
  readonly context: UpkeepContext
  target(): Promise<IndexTarget>
}

/** As another process would open it. */
export async function openUpkeep(option: DatabaseOption): Promise<OpenedUpkeep> {
  const { database, openSession } = await openDatabase(option, 2)
  return {
    context: { database, openSession },
    async target() {
      const [target] = await readTargets(database, vectorizer.name)
      if (!target || 'error' in target) throw target?.error ?? new Error('the registry is empty')
      return target
    },
    [Symbol.asyncDispose]: () => database.close(),
  }
}
