// A database with two vectorizers, dumped and restored by PostgreSQL's own tools. See docs/pgai-cases.md.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createWorker } from '@prisma-vectorizer/worker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findPostgres } from '../../scripts/postgres-cluster.mjs'
import { describeCatalog } from '../support/catalog.ts'
import { createDatabase, withClient } from '../support/databases.ts'
import { migrationSql, specsOfSchema } from '../support/schema-sql.ts'

const execute = promisify(execFile)
const programs = findPostgres()
const models = `model Note {
  id      Int     @id
  /// @vectorizer(dimensions: 64, model: "local/hash", index: hnsw, view: "note_chunks")
  text    String
  /// @vectorizer(dimensions: 32, model: "local/hash", destination: column(vector), template: "$text: $chunk")
  summary String?
  vector  Unsupported("vector(32)")?
}
`
const tables = `CREATE TABLE "Note" ("id" INTEGER NOT NULL PRIMARY KEY, "text" TEXT NOT NULL, "summary" TEXT, "vector" vector(32));`
/** What the vectorizers hold: the vectors, what waits, who is registered. */
const contents = [
  'SELECT * FROM "Note" ORDER BY id',
  'SELECT * FROM "Note_embedding_store" ORDER BY id, chunk_seq',
  'SELECT * FROM vectorizer."Note_embedding_store_queue" ORDER BY 1',
  'SELECT * FROM vectorizer."Note_vector_queue" ORDER BY 1',
  'SELECT * FROM vectorizer.vectorizer ORDER BY name',
  'SELECT * FROM vectorizer.error ORDER BY key',
  'SELECT * FROM note_chunks ORDER BY id, chunk_seq',
]

const snapshot = (url: string) =>
  withClient(url, async (client) => {
    const rows: unknown[] = []
    for (const sql of contents) rows.push((await client.query(sql)).rows)
    return { catalog: await describeCatalog(client), rows }
  })

async function drain(url: string) {
  const worker = createWorker({ database: url })
  const summary = await worker.drain()
  await worker.stop()
  return summary
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vectorizer-dump-'))
})
afterAll(() => rm(folder, { recursive: true }))

test.each(['plain', 'custom'])('a %s dump restores to the same, and works on', async (format) => {
  await using database = await createDatabase({
    sql: `CREATE EXTENSION vector; ${tables} ${migrationSql(specsOfSchema(models), { tables })}
      INSERT INTO "Note" SELECT n, 'text ' || n, 'summary ' || n FROM generate_series(1, 5) AS n;`,
  })
  expect(await drain(database.url)).toMatchObject({ embedded: 10 })
  await withClient(database.url, (client) =>
    client.query(`UPDATE "Note" SET text = 'changed' WHERE id = 2; INSERT INTO "Note" VALUES (6, 'waits', NULL);
      UPDATE vectorizer."Note_embedding_store_queue" SET failed_at = now(), error = 'no' WHERE key_id = 6;
      INSERT INTO vectorizer.error (vectorizer, key, step, code, message) VALUES ('Note_embedding_store', '["6"]', 'embed', 'VZ405', 'no')`),
  )
  const before = await snapshot(database.url)
  expect(before.rows.map((rows) => (rows as unknown[]).length)).toEqual([6, 5, 2, 2, 2, 1, 5])

  await using restored = await createDatabase()
  const file = join(folder, format)
  await execute(join(programs, 'pg_dump'), ['-F', format, '-f', file, database.url])
  const [program, ...options] =
    format === 'plain' ? ['psql', '-q', '-v', 'ON_ERROR_STOP=1', '-f'] : ['pg_restore', '--exit-on-error']
  const into = format === 'plain' ? [file, restored.url] : ['-d', restored.url, file]
  await execute(join(programs, program as string), [...options, ...into])
  expect(await snapshot(restored.url)).toEqual(before)

  expect(await drain(restored.url)).toMatchObject({ embedded: 3, failed: 0 })
  await withClient(restored.url, async (client) => {
    await client.query(`INSERT INTO "Note" VALUES (7, 'new', 'new'); DELETE FROM "Note" WHERE id = 1`)
    expect(await drain(restored.url)).toMatchObject({ embedded: 2, removed: 0 })
    const { rows } = await client.query('SELECT id, chunk FROM "Note_embedding_store" ORDER BY id')
    expect(rows).toEqual([
      { id: 2, chunk: 'changed' },
      { id: 3, chunk: 'text 3' },
      { id: 4, chunk: 'text 4' },
      { id: 5, chunk: 'text 5' },
      { id: 7, chunk: 'new' },
    ])
  })
})
