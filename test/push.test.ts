// `prisma-vectorizer push`: for applications on `prisma db push`, through the real Prisma CLI on a real database.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPlainApplication, createWrappedApplication, datasource, generators } from './support/application.ts'
import { createDatabase, type TestDatabase, withClient } from './support/databases.ts'
import type { Project } from './support/project.ts'

const command = 'node_modules/@prisma-vectorizer/worker/bin/prisma-vectorizer.js'
const hint = 'say `migrations = "none"` in the generator block'
const nothing = 'prisma-vectorizer: the database has what the annotations say: nothing to do.'

let database: TestDatabase
let project: Project

const sql = (text: string) => withClient(database.url, async (client) => (await client.query(text)).rows)
const push = (code: number | 'any' = 0) => project.node([command, 'push'], { code })
/** What a push says of its own, without what Prisma says. */
const said = async () =>
  (await push()).stderr.split('\n').filter((line) => line.startsWith('prisma-vectorizer: ') && !line.includes(hint))
const typeOf = async (table: string, column: string) =>
  (
    await sql(`SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute
      WHERE attrelid = '"${table}"'::regclass AND attname = '${column}'`)
  )[0]?.type

/** One database and one application for the tests of a group, each of which goes on from the last. */
function useApplication(create: () => Promise<Project>): void {
  beforeAll(async () => {
    database = await createDatabase()
    project = await create()
  })
  afterAll(async () => {
    await project.close()
    await database.close()
  })
}

/** Replaces the model as an editor would, the lines that were added for us included. */
async function edit(from: RegExp, to: string): Promise<void> {
  const text = await project.read('prisma/schema/schema.prisma')
  expect(text).toMatch(from)
  await project.write('prisma/schema/schema.prisma', text.replace(from, to))
}

describe('a table with rows', () => {
  useApplication(() =>
    createWrappedApplication(
      'model Note {\n  id Int @id\n  title String @db.VarChar(40)\n  text String\n}\n',
      database,
    ),
  )
  const queued = async () =>
    (await sql('SELECT key_id FROM vectorizer."Note_embedding_store_queue" ORDER BY 1')).map((row) => row.key_id)
  /** What a worker would do. */
  const worked = (vector: string) =>
    sql(`DELETE FROM vectorizer."Note_embedding_store_queue"; DELETE FROM "Note_embedding_store";
      INSERT INTO "Note_embedding_store" (id, chunk_seq, chunk, embedding)
      SELECT id, part, text, '${vector}' FROM "Note", generate_series(0, 1) AS part`)
  const indexes = () =>
    sql(`SELECT indexdef FROM pg_indexes WHERE tablename = 'Note_embedding_store' AND indexdef ~ 'hnsw|ivfflat'`)

  test('without annotations is pushed as it is', async () => {
    expect(await said()).toEqual([nothing])
    await sql(`INSERT INTO "Note" VALUES (1, 'one', 'twelve chars'), (2, 'two', 'sixteen charactr')`)
  })

  test('gets a vectorizer, and its rows are queued', async () => {
    await edit(/text String/u, 'text String /// @vectorizer(dimensions: 3)')
    expect(await said()).toEqual([
      'prisma-vectorizer: wrote prisma/schema/schema.prisma',
      'prisma-vectorizer: wrote prisma/schema/vectorizer.prisma',
      'prisma-vectorizer: creates the extension "vector"',
      'prisma-vectorizer: embeds Note.text into Note_embedding_store, existing rows included (2 rows to embed, about 7 tokens)',
    ])
    expect(await queued()).toEqual([1, 2])
    expect(await project.list('prisma')).toEqual(['prisma/schema/schema.prisma', 'prisma/schema/vectorizer.prisma'])
    expect(await project.list('generated')).toContain('generated/prisma/models/NoteTextEmbeddings.ts')
    expect(await said()).toEqual([nothing])
    expect((await project.prisma('db push')).stdout).toContain('already in sync')
  })

  test('says what another chunking costs, and queues the rows again', async () => {
    await worked('[1,2,3]')
    await edit(/dimensions: 3/u, 'dimensions: 3, chunking: none')
    expect(await said()).toEqual([
      'prisma-vectorizer: Note.text: Changed: chunking. Every row is chunked again. A provider charges for the chunks whose text is another; the others keep their vectors. (2 rows to embed; stored now: 4 chunks, about 14 tokens)',
    ])
    expect(await queued()).toEqual([1, 2])
  })

  test('follows an index, and embeds nothing again', async () => {
    await worked('[1,2,3]')
    await edit(/chunking: none/u, 'chunking: none, index: ivfflat(lists: 2, halfvec: false)')
    expect(await said()).toEqual([
      'prisma-vectorizer: wrote prisma/schema/vectorizer.prisma',
      'prisma-vectorizer: Note.text: Changed: index. Nothing is embedded again: only the index is another.',
    ])
    expect(await indexes()).toEqual([{ indexdef: expect.stringContaining('USING ivfflat (embedding') }])
    expect(await queued()).toEqual([])
    expect(await said()).toEqual([nothing])
  })

  test('follows its dimensions, which Prisma does not see', async () => {
    await edit(/dimensions: 3/u, 'dimensions: 4')
    const [, line] = await said()
    expect(line).toContain('Changed: dimensions. Every row is embedded again')
    expect(line).toContain('(2 rows to embed; stored now: 4 chunks, about 14 tokens)')
    expect(await typeOf('Note_embedding_store', 'embedding')).toBe('vector(4)')
    expect(await queued()).toEqual([1, 2])
    expect(await said()).toEqual([nothing])
  })

  test('turns vectors into bits before Prisma would drop the column', async () => {
    await worked('[1,-2,3,-4]')
    await edit(/index: \w+\(.*?\)/u, 'type: bit, distance: hamming')
    await push()
    expect(await typeOf('Note_embedding_store', 'embedding')).toBe('bit(4)')
    expect(await sql('SELECT DISTINCT embedding::text AS bits FROM "Note_embedding_store"')).toEqual([{ bits: '1010' }])
    expect(await indexes()).toEqual([{ indexdef: expect.stringContaining('USING hnsw (embedding bit_hamming_ops)') }])
    expect(await queued()).toEqual([])
    expect(await said()).toEqual([nothing])
    expect((await project.prisma('db push')).stdout).toContain('already in sync')
  })

  test('has its view made and taken out of the way of Prisma', async () => {
    await edit(/type: bit/u, 'type: bit, view: "note_chunks"')
    await push()
    expect(await sql('SELECT count(*)::int AS rows, min(title) AS title FROM note_chunks')).toEqual([
      { rows: 4, title: 'one' },
    ])
    await edit(/title String @db\.VarChar\(40\)\n/u, 'title String\n  pages Int @default(7)\n')
    const lines = await said()
    expect(lines).toEqual([
      'prisma-vectorizer: Note.text: Changed: view.',
      'prisma-vectorizer: Note.text: Changed: view.',
    ])
    expect(await sql('SELECT DISTINCT pages FROM note_chunks')).toEqual([{ pages: 7 }])
    expect(await typeOf('Note', 'title')).toBe('text')
    expect(await said()).toEqual([nothing])
  })

  test('secures the store once the database secures the rows', async () => {
    await sql('ALTER TABLE "Note" ENABLE ROW LEVEL SECURITY')
    expect(await said()).toEqual([
      'prisma-vectorizer: Note.text: its embeddings follow the row-level security of their rows',
    ])
    expect(await sql(`SELECT relrowsecurity AS secured FROM pg_class WHERE relname = 'Note_embedding_store'`)).toEqual([
      { secured: true },
    ])
    expect(await said()).toEqual([nothing])
  })

  test('ends with the exit code of Prisma, which refuses to lose the rows of a store', async () => {
    await edit(/ \/\/\/ @vectorizer\(.*\)/u, '')
    const { code, stdout, stderr } = await push('any')
    expect(code).toBe(1)
    expect(stderr).toContain('removes triggers and queue of Note.text; Prisma drops the store itself')
    expect(stdout + stderr).toContain('--accept-data-loss')
    expect(stderr).not.toContain('$ prisma generate')
  })

  test('goes with its annotation, and leaves nothing', async () => {
    await sql('DELETE FROM "Note_embedding_store"')
    expect(await said()).toEqual([nothing])
    expect(
      await sql(`SELECT to_regclass('"Note_embedding_store"') AS store, to_regclass('note_chunks') AS view, count(*)::int AS left
        FROM (
          SELECT tgname FROM pg_trigger WHERE tgname LIKE 'vectorizer%' UNION ALL SELECT name FROM vectorizer.vectorizer
          UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'vectorizer'::regnamespace AND proname <> 'current_key'
          UNION ALL SELECT relname FROM pg_class WHERE relnamespace = 'vectorizer'::regnamespace AND relname LIKE '%queue%'
        ) AS ours`),
    ).toEqual([{ store: null, view: null, left: 0 }])
    expect(await sql('SELECT count(*)::int AS rows FROM "Note"')).toEqual([{ rows: 2 }])
  })
})

describe('a new application', () => {
  const { client, vectorizer } = generators('../generated')
  const models = `model Note {
  id   Int    @id @default(autoincrement())
  /// @vectorizer(dimensions: 3)
  text String
}

model Picture {
  id     Int                       @id
  /// @vector(dimensions: 3, index: hnsw(m: 8))
  pixels Unsupported("vector(3)")?
}

model Word {
  id     Int                       @id
  /// @vectorizer(dimensions: 3, destination: column(vector), index: hnsw(halfvec: false))
  text   String
  vector Unsupported("vector(3)")?
}
`
  useApplication(() => createPlainApplication([datasource, client, vectorizer, models], database))

  test('with the generator alone has its vectorizer and its vector after one push', async () => {
    expect(await said()).toEqual([
      'prisma-vectorizer: wrote prisma/schema.prisma',
      'prisma-vectorizer: creates the extension "vector"',
      'prisma-vectorizer: embeds Note.text into Note_embedding_store, existing rows included',
      'prisma-vectorizer: searches Picture.pixels',
      'prisma-vectorizer: embeds Word.text into vector, existing rows included',
    ])
    // Declared in the schema, so Prisma has made a btree first.
    expect(await sql(`SELECT indexdef FROM pg_indexes WHERE indexname = 'Word_vector_vector_idx'`)).toEqual([
      { indexdef: expect.stringContaining('USING hnsw (vector vector_cosine_ops)') },
    ])
    await sql(`INSERT INTO "Note" (text) VALUES ('a text')`)
    expect(await sql('SELECT key_id FROM vectorizer."Note_embedding_store_queue"')).toEqual([{ key_id: 1 }])
    expect(await sql(`SELECT indexdef FROM pg_indexes WHERE tablename = 'Picture' AND indexdef ~ 'hnsw'`)).toEqual([
      { indexdef: expect.stringContaining("m='8'") },
    ])
    expect(await project.list('generated')).toContain('generated/prisma/models/NoteTextEmbeddings.ts')
    expect(await project.list('prisma')).toEqual(['prisma/schema.prisma'])
  })

  test('has nothing to do then', async () => {
    expect(await said()).toEqual([nothing])
    expect((await project.prisma('db push')).stdout).toContain('already in sync')
  })

  test('makes again what went with a table', async () => {
    await sql('DROP TABLE "Note" CASCADE; DROP TABLE "Note_embedding_store"')
    expect((await push()).stderr).toContain(hint)
    await sql(`INSERT INTO "Note" (text) VALUES ('a text')`)
    expect(await sql('SELECT key_id FROM vectorizer."Note_embedding_store_queue"')).toEqual([{ key_id: 1 }])
  })

  test('refuses a vector that does not fit, in words', async () => {
    await sql(`INSERT INTO "Picture" VALUES (1, '[1,2,3]')`)
    const schema = await project.read('prisma/schema.prisma')
    await project.write(
      'prisma/schema.prisma',
      schema.replace('@vector(dimensions: 3', '@vector(dimensions: 4').replace('vector(3)")?', 'vector(4)")?'),
    )
    const { code, stderr } = await push('any')
    expect(code).toBe(1)
    expect(stderr).toContain('VZ206 The database refused this step: Picture.pixels: Changed: dimensions')
    expect(stderr).toContain('why: expected 4 dimensions, not 3')
    expect(await typeOf('Picture', 'pixels')).toBe('vector(3)')
    expect(stderr).not.toContain('$ prisma')
  })
})

describe('several Postgres schemas', () => {
  const { client, vectorizer } = generators('../generated')
  const schemas = datasource.replace('\n}', '\n  schemas = ["public", "blog"]\n}')
  const models = `model Note {
  id   Int    @id
  text String /// @vectorizer(dimensions: 3)

  @@schema("blog")
}
`
  useApplication(() => createPlainApplication([schemas, client, vectorizer, models], database))
  const registered = async () =>
    (await sql('SELECT name FROM vectorizer.vectorizer ORDER BY 1')).map(({ name }) => name)

  test('have their vectorizers, and those of other applications are left alone', async () => {
    await push()
    expect(await registered()).toEqual(['blog.Note_embedding_store'])
    await sql(`CREATE SCHEMA other; CREATE TABLE other.note (id integer);
      INSERT INTO vectorizer.vectorizer (name, source, store, spec)
      SELECT 'other.note', 'other.note', 'other.note', spec FROM vectorizer.vectorizer`)
    expect(await said()).toEqual([nothing])
    const schema = await project.read('prisma/schema.prisma')
    await project.write('prisma/schema.prisma', schema.replace(/ \/\/\/ @vectorizer\(.*\)/u, ''))
    await push()
    expect(await registered()).toEqual(['other.note'])
    expect(await sql(`SELECT tablename FROM pg_tables WHERE schemaname = 'blog'`)).toEqual([{ tablename: 'Note' }])
  })
})

test('a mistake in the schema ends the command before Prisma is asked, and says where', async () => {
  await using other = await createWrappedApplication(
    'model Note {\n  id Int @id\n  text String /// @vectorizer(dimension: 3)\n}\n',
    { url: 'postgresql://postgres@127.0.0.1:1/none', shadowUrl: undefined },
  )
  const { code, stderr } = await other.node([command, 'push'], { code: 'any' })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^VZ102 Note\.text: /u)
  expect(stderr).toContain('--> prisma/schema/schema.prisma:')
})
