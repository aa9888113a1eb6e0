// No ordinary migration of the source makes our triggers break a write; and where it can be, the row is still queued.
import { describe, expect, test } from 'vitest'
import { migrationSql, specsOfSchema } from './support/schema-sql.ts'
import { schema, specs, tables, useVectorizedTables } from './support/vectorized-tables.ts'

const { run, queued, insert, worked, warnings } = useVectorizedTables()

const dropForeignKey = 'ALTER TABLE "BlogPost_embedding_store" DROP CONSTRAINT "BlogPost_embedding_store_id_fkey";'
const retypeKey = (type: string) => `${dropForeignKey}
  ALTER TABLE "BlogPost" ALTER COLUMN "id" DROP DEFAULT, ALTER COLUMN "id" SET DATA TYPE ${type};`

interface SourceMigration {
  readonly sql: string
  /** A column by which a row is found, and a value for it. Default: `id` and 5. */
  readonly key?: string
  readonly value?: string
  /** The column that is written. Default: `title`. */
  readonly column?: string
  /** Which writes can no longer queue their row, and say so. */
  readonly queuesNo?: readonly ('insert' | 'update')[]
}

const migrations: Readonly<Record<string, SourceMigration>> = {
  'adds a column': { sql: `ALTER TABLE "BlogPost" ADD COLUMN "slug" TEXT NOT NULL DEFAULT ''` },
  'renames the source column': { sql: 'ALTER TABLE "BlogPost" RENAME COLUMN "content" TO "body"' },
  'renames a template column': {
    sql: 'ALTER TABLE "BlogPost" RENAME COLUMN "title" TO "headline"',
    column: 'headline',
  },
  'drops the source column': { sql: 'ALTER TABLE "BlogPost" DROP COLUMN "content"' },
  'replaces the source column': { sql: 'ALTER TABLE "BlogPost" DROP COLUMN "content", ADD COLUMN "content" TEXT' },
  'drops a template column': {
    sql: 'ALTER TABLE "BlogPost" DROP COLUMN "title", ALTER COLUMN "content" SET DEFAULT 1',
    column: 'content',
  },
  'retypes the source column to varchar': { sql: 'ALTER TABLE "BlogPost" ALTER COLUMN "content" TYPE VARCHAR(50)' },
  'retypes the source column to a type without equality': {
    sql: 'ALTER TABLE "BlogPost" ALTER COLUMN "content" TYPE JSON USING to_json("content")',
  },
  'retypes the key to bigint': { sql: retypeKey('BIGINT') },
  'retypes the key to text': { sql: retypeKey('TEXT'), value: `'5'`, queuesNo: ['insert', 'update'] },
  'retypes the key to numeric': { sql: retypeKey('DECIMAL(65,30)') },
  'renames the key': { sql: 'ALTER TABLE "BlogPost" RENAME COLUMN "id" TO "post_id"', key: 'post_id' },
  'replaces the key': {
    sql: `${dropForeignKey} ALTER TABLE "BlogPost" DROP CONSTRAINT "BlogPost_pkey", DROP COLUMN "id",
      ADD COLUMN "uuid" UUID NOT NULL DEFAULT gen_random_uuid(), ADD CONSTRAINT "BlogPost_pkey" PRIMARY KEY ("uuid")`,
    key: 'uuid',
    value: `'00000000-0000-0000-0000-000000000001'`,
    queuesNo: ['insert', 'update'],
  },
  'widens the key to two columns': {
    sql: `${dropForeignKey} ALTER TABLE "BlogPost" DROP CONSTRAINT "BlogPost_pkey", ADD COLUMN "tenant" INTEGER NOT NULL DEFAULT 1,
      ADD CONSTRAINT "BlogPost_pkey" PRIMARY KEY ("tenant", "id")`,
  },
  'drops the key': {
    sql: `${dropForeignKey} ALTER TABLE "BlogPost" DROP CONSTRAINT "BlogPost_pkey"`,
  },
  'drops the key’s column': {
    sql: `${dropForeignKey} ALTER TABLE "BlogPost" DROP COLUMN "id"`,
    key: 'views',
    queuesNo: ['insert', 'update'],
  },
}

describe('a migration that', () => {
  test.each(Object.entries(migrations))('%s breaks no write', async (_, migration) => {
    const { sql, key = 'id', value = '5', column = 'title', queuesNo = [] } = migration
    await insert(1, 2)
    await run(sql)

    const expectQueued = async (write: 'insert' | 'update', warning: string) => {
      expect(await queued()).toHaveLength(queuesNo.includes(write) ? 0 : 1)
      expect(warnings.some((text) => text.includes(warning))).toBe(queuesNo.includes(write))
    }
    await worked()
    await run(`INSERT INTO "BlogPost" ("${key}", "${column}") VALUES (${value}, '1')`)
    await expectQueued('insert', 'inserted rows of public."BlogPost" are not queued for BlogPost_embedding_store: ')
    for (const text of ['2', '3']) {
      await worked()
      await run(`UPDATE "BlogPost" SET "${column}" = '${text}' WHERE "${key}" = ${value}`)
      await expectQueued('update', 'a changed row of public."BlogPost" is not queued for BlogPost_embedding_store: ')
    }
    await run(`DELETE FROM "BlogPost" WHERE "${key}" = ${value}`)
    await run('TRUNCATE "BlogPost" CASCADE')
  })

  test('retypes the key lets in a row that no longer fits the queue', async () => {
    await run(retypeKey('BIGINT'))
    await run(`INSERT INTO "BlogPost" (id, title) VALUES (3000000000, 'beyond the queue')`)
    expect(await queued()).toEqual([])
    expect(warnings).toEqual([
      'prisma-vectorizer: inserted rows of public."BlogPost" are not queued for BlogPost_embedding_store: integer out of range',
    ])
  })

  test.each([
    ['retypes the key', retypeKey('DECIMAL(65,30)'), '1.2'],
    ['drops the key', migrations['drops the key']?.sql, '1.1'],
    ['widens the key', migrations['widens the key to two columns']?.sql, '1.1'],
  ])('%s breaks no write of two rows that are one to the queue', async (_, sql, other) => {
    await run(sql as string)
    const tenant = sql?.includes('tenant') ? ['tenant,', '1,', '2,'] : ['', '', '']
    await run(
      `INSERT INTO "BlogPost" (${tenant[0]} id, title) VALUES (${tenant[1]} 1.1, 'a'), (${tenant[2]} ${other}, 'b')`,
    )
    await run(`UPDATE "BlogPost" SET title = 'c'`)
    await run('DELETE FROM "BlogPost"')
  })

  test('retypes an enum in the key breaks no write', async () => {
    await run(`ALTER TABLE "doc sections_embedding_store" DROP CONSTRAINT "doc sections_embedding_store_tenant_id_kind_number_fkey";
      ALTER TABLE "doc sections" ALTER COLUMN "kind" TYPE TEXT`)
    await run(`INSERT INTO "doc sections" VALUES (gen_random_uuid(), 'anything', 1, 'text')`)
    await run(`UPDATE "doc sections" SET text = 'other'`)
    await run('DELETE FROM "doc sections"')
  })

  test("Prisma's migration of an enum in the key is not stopped, and the rows are queued by its new values", async () => {
    await run(`INSERT INTO "doc sections" VALUES ('00000000-0000-0000-0000-000000000001', 'ESSAY', 1, 'text')`)
    // What `migrate dev` writes when a value is taken away: a new type, every column over to it, the old one dropped.
    const key = '("tenant_id", "kind", "number")'
    const foreignKey = '"doc sections_embedding_store_tenant_id_kind_number_fkey"'
    await run(`ALTER TABLE "doc sections_embedding_store" DROP CONSTRAINT ${foreignKey};
      CREATE TYPE "Kind_new" AS ENUM ('ESSAY', 'LETTER');
      ALTER TABLE "doc sections" ALTER COLUMN "kind" TYPE "Kind_new" USING ("kind"::text::"Kind_new");
      ALTER TABLE "doc sections_embedding_store" ALTER COLUMN "kind" TYPE "Kind_new" USING ("kind"::text::"Kind_new");
      ALTER TYPE "Kind" RENAME TO "Kind_old"; ALTER TYPE "Kind_new" RENAME TO "Kind"; DROP TYPE "Kind_old";
      ALTER TABLE "doc sections_embedding_store" ADD CONSTRAINT ${foreignKey} FOREIGN KEY ${key} REFERENCES "doc sections" ${key} ON DELETE CASCADE ON UPDATE CASCADE`)
    const queued = () => run('SELECT key_kind, key_number FROM vectorizer."doc sections_embedding_store_queue"')
    expect(await queued()).toEqual([{ key_kind: 'ESSAY', key_number: 1 }])
    await run(`UPDATE "doc sections" SET "kind" = 'LETTER'`)
    expect(await queued()).toEqual([{ key_kind: 'LETTER', key_number: 1 }])
    await run('DELETE FROM "doc sections"')
    expect(await queued()).toEqual([])
  })

  test('renames or moves the table takes the triggers and the registry along', async () => {
    await run(
      'ALTER TABLE "BlogPost" RENAME TO "Post"; CREATE SCHEMA elsewhere; ALTER TABLE "Post" SET SCHEMA elsewhere',
    )
    await run(`INSERT INTO elsewhere."Post" (id, title) VALUES (1, 'title')`)
    expect(await queued()).toEqual([1])
    await worked()
    await run('UPDATE elsewhere."Post" SET views = 1')
    expect(await queued()).toEqual([])
    await run(`UPDATE elsewhere."Post" SET title = 'other'`)
    expect(await queued()).toEqual([1])
    await run('DELETE FROM elsewhere."Post"')
    expect(await queued()).toEqual([])
    expect(await run(`SELECT source::text FROM vectorizer.vectorizer WHERE name = 'BlogPost_embedding_store'`)).toEqual(
      [{ source: 'elsewhere."Post"' }],
    )
  })

  test('drops the table is blocked by nothing of ours, nor is one that makes it anew', async () => {
    await insert(1)
    await run(`${dropForeignKey} DROP TABLE "BlogPost"; DROP TABLE "BlogPost_embedding_store"`)
    await run('CREATE TABLE "BlogPost" (id INTEGER PRIMARY KEY, title TEXT, content TEXT)')
    await run(`INSERT INTO "BlogPost" VALUES (1, 'title', 'text')`)
  })
})

describe('after a watched column was renamed', () => {
  const renamed = specsOfSchema(
    schema
      .replace('content String?', 'body String?')
      .replace('dimensions: 3', 'dimensions: 3, name: contentEmbeddings'),
  )
  const rename = 'ALTER TABLE "BlogPost" RENAME COLUMN "content" TO "body";'

  test('every update queues its row, and the first one says why', async () => {
    await insert(1, 2)
    await run(rename)
    await worked()
    await run('UPDATE "BlogPost" SET views = 1 WHERE id = 1')
    expect(await queued()).toEqual([1])
    await run('UPDATE "BlogPost" SET views = 2')
    expect(await queued()).toEqual([1, 2])
    expect(warnings).toEqual([
      'prisma-vectorizer: columns that BlogPost_embedding_store reads were changed in public."BlogPost"; run `prisma generate`',
    ])
  })

  test('the migration of the next `prisma generate` mends it', async () => {
    await insert(1)
    await run(rename)
    await run('UPDATE "BlogPost" SET views = 1')
    await run(migrationSql(renamed, { tables: tables + rename, before: specs }))
    expect(await queued()).toEqual([1])
    await worked()
    await run('UPDATE "BlogPost" SET views = 2')
    expect(await queued()).toEqual([])
    await run(`UPDATE "BlogPost" SET body = 'other'`)
    expect(await queued()).toEqual([1])
  })
})
