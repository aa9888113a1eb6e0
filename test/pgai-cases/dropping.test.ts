// A vectorizer that goes, and one that comes back onto the store it had. See docs/pgai-cases.md.
import { expect, test } from 'vitest'
import { migrationSql } from '../support/schema-sql.ts'
import { specs, tables, useVectorizedTables } from '../support/vectorized-tables.ts'

const made = migrationSql(specs, { tables })
const removed = migrationSql([], { tables, before: specs })
const { run, queued, insert } = useVectorizedTables()

const chunks = () => run('SELECT id, chunk, embedding::text FROM "BlogPost_embedding_store" ORDER BY id')
const chunk = { id: 1, chunk: 'kept', embedding: '[1,2,3]' }

async function embedded(): Promise<void> {
  await insert(1, 2)
  await run(`INSERT INTO "BlogPost_embedding_store" (id, chunk_seq, chunk, embedding) VALUES (1, 0, 'kept', '[1,2,3]')`)
}

test('queue, triggers, functions and registration go; the store stays until Prisma drops its model', async () => {
  await embedded()
  await run(removed)
  const left = await run(`SELECT tgname AS name FROM pg_trigger WHERE NOT tgisinternal UNION ALL
    SELECT name FROM vectorizer.vectorizer UNION ALL
    SELECT proname FROM pg_proc WHERE pronamespace = 'vectorizer'::regnamespace UNION ALL
    SELECT relname FROM pg_class WHERE relnamespace = 'vectorizer'::regnamespace AND relkind = 'r' ORDER BY 1`)
  // What all vectorizers of a database share.
  expect(left.map(({ name }) => name)).toEqual(['current_key', 'error', 'progress', 'vectorizer', 'worker'])
  expect(await chunks()).toEqual([chunk])
  await run(`UPDATE "BlogPost" SET content = 'other'; DELETE FROM "BlogPost" WHERE id = 1`)
  expect(await chunks()).toEqual([])
})

test('a vectorizer that comes back uses the store it had, and queues what may have changed meanwhile: every row', async () => {
  await embedded()
  await run(removed)
  await run(`INSERT INTO "BlogPost" (id, title) VALUES (3, 'meanwhile')`)
  // Prisma's migrations have made the stores, and none has dropped them.
  await run(migrationSql(specs, { tables: tables + made }))
  expect(await chunks()).toEqual([chunk])
  expect(await queued()).toEqual([1, 2, 3])
  expect(await run(`SELECT indexname FROM pg_indexes WHERE tablename = 'BlogPost_embedding_store' ORDER BY 1`)).toEqual(
    [
      'BlogPost_embedding_store_embedding_vector_idx',
      'BlogPost_embedding_store_id_chunk_seq_key',
      'BlogPost_embedding_store_pkey',
    ].map((indexname) => ({ indexname })),
  )
})

test('a source that is dropped with all that depends on it leaves no trigger, and the rest goes with the annotation', async () => {
  await embedded()
  await run('DROP TABLE "BlogPost" CASCADE')
  await run(removed)
  await run('DROP TABLE "BlogPost_embedding_store"')
  expect(await run(`SELECT relname FROM pg_class WHERE relname LIKE 'BlogPost%'`)).toEqual([])
  expect(await run(`SELECT proname FROM pg_proc WHERE proname LIKE 'BlogPost%'`)).toEqual([])
})
