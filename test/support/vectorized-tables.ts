// A database with the vectorizers of one schema, migrated by our SQL, and a transaction around each test.
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { createDatabase, type TestDatabase } from './databases.ts'
import { migrationSql, specsOfSchema } from './schema-sql.ts'

export const schema = `model BlogPost {
  id      Int     @id @default(autoincrement())
  title   String
  /// @vectorizer(dimensions: 3, template: "$title - $chunk")
  content String?
  views   Int     @default(0)
}

model Section {
  tenantId String @map("tenant_id") @db.Uuid
  kind     Kind
  number   Int
  /// @vectorizer(dimensions: 3, template: "$meta $chunk")
  text     String
  meta     Json?  @db.Json

  @@id([tenantId, kind, number])
  @@map("doc sections")
}

enum Kind {
  ESSAY
  NOTE
}
`
/** As Prisma Migrate would make them. */
export const tables = `
CREATE TABLE "BlogPost" ("id" SERIAL NOT NULL, "title" TEXT NOT NULL, "content" TEXT, "views" INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT "BlogPost_pkey" PRIMARY KEY ("id"));
CREATE TYPE "Kind" AS ENUM ('ESSAY', 'NOTE');
CREATE TABLE "doc sections" ("tenant_id" UUID NOT NULL, "kind" "Kind" NOT NULL, "number" INTEGER NOT NULL, "text" TEXT NOT NULL, "meta" JSON,
  CONSTRAINT "doc sections_pkey" PRIMARY KEY ("tenant_id", "kind", "number"));
`
export const specs = specsOfSchema(schema)
export const queue = 'vectorizer."BlogPost_embedding_store_queue"'

/**
 * Registers the hooks; what it returns works inside the tests. `made` is the SQL of the vectorizers; default: that of
 * `schema` over `tables`.
 */
export function useVectorizedTables(made: string = tables + migrationSql(specs, { tables })) {
  let database: TestDatabase
  let client: pg.Client
  const warnings: string[] = []
  const run = async (sql: string, values: unknown[] = []) => (await client.query(sql, values)).rows

  beforeAll(async () => {
    database = await createDatabase({ sql: made })
    client = new pg.Client(database.url)
    client.on('notice', ({ severity, message }) => {
      if (severity === 'WARNING') warnings.push(message ?? '')
    })
    await client.connect()
  })
  afterAll(async () => {
    await client.end()
    await database.close()
  })
  // DDL is transactional: each test migrates as it likes, and leaves nothing behind.
  beforeEach(async () => {
    warnings.length = 0
    await run('BEGIN')
  })
  afterEach(async () => {
    await run('ROLLBACK')
  })

  return {
    run,
    /** The WARNINGs of this test so far. */
    warnings,
    /** Keys in the queue of BlogPost. */
    queued: async () => (await run(`SELECT key_id FROM ${queue} ORDER BY 1`)).map((row) => row.key_id),
    /** Inserts blog posts. */
    insert: (...ids: number[]) =>
      run(`INSERT INTO "BlogPost" (id, title, content) SELECT id, 'title', 'text' FROM unnest(ARRAY[${ids}]) AS id`),
    /** Empties the queue, as a worker would. */
    worked: () => run(`DELETE FROM ${queue}`),
  }
}
