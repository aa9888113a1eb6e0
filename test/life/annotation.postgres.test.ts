// The life of a vectorizer whose annotation changes: after every step the database is in sync, the application writes,
// the worker embeds just what it has to, and searches answer right.
import { expect, test } from 'vitest'
import { useWalk } from './walk.ts'

interface Annotated {
  /** Arguments of the annotation; undefined: there is none. */
  readonly content?: string | undefined
  readonly subtitle?: boolean
  readonly note?: boolean
}

const models = ({ content, subtitle = true, note = true }: Annotated) => `model Post {
  id        Int     @id @default(autoincrement())
  title     String
${subtitle ? '  subtitle  String?\n' : ''}  published Boolean @default(true)
${content === undefined ? '' : `  /// @vectorizer(${content})\n`}  content   String
}
${
  note
    ? `
model Note {
  id   Int    @id @default(autoincrement())
  /// @vectorizer(dimensions: 64, model: "local/hash", targetTable: "notes_store")
  text String
}
`
    : ''
}`

const { run, step, find, drain, project, registered } = useWalk(models({ note: false }))
const store = '"Post_embedding_store"'
const chunks = async () => Number((await run(`SELECT count(*) AS count FROM ${store}`))[0]?.count)

/** The application goes on writing, and finds what it wrote. */
async function works(word: string): Promise<void> {
  const [{ id }] = (await run(`INSERT INTO "Post" (title, content) VALUES ('new', $1) RETURNING id`, [
    `A text about ${word} and little else.`,
  ])) as [{ id: number }]
  await run(`UPDATE "Post" SET published = true WHERE id = $1`, [id])
  expect(await drain()).toBe(1)
  expect(await find(`about ${word}`, 'contentEmbeddings')).toEqual([String(id)])
  await run(`UPDATE "Post" SET content = $1 WHERE id = $2`, [`Now it is about other${word}.`, id])
  expect(await drain()).toBe(1)
  await run('DELETE FROM "Post" WHERE id = $1', [id])
  expect(await drain()).toBe(0)
}

const base = 'dimensions: 64, model: "local/hash"'

test('a table with rows', async () => {
  await step()
  await run(
    `INSERT INTO "Post" (title, subtitle, content) SELECT 'title ' || i, 'sub', 'Number ' || i FROM generate_series(1, 20) AS i`,
  )
})

test('is vectorized, rows included', async () => {
  const { names, embedded } = await step(models({ content: base, note: false }))
  expect(names).toEqual(['vectorizer_extension', 'vectorize_post_content'])
  expect(embedded).toBe(20)
  await works('harbours')
})

test('a new table comes with its vectorizer', async () => {
  const { names, embedded, output } = await step(models({ content: base }))
  expect(names).toEqual(['step', 'vectorize_note_text'])
  expect(output).toContain('Note.text waits for a migration that creates "Note"')
  expect(embedded).toBe(0)
  await run(`INSERT INTO "Note" (text) VALUES ('bees and honey')`)
  expect(await drain()).toBe(1)
  expect(await find('honey', 'textEmbeddings')).toEqual(['1'])
})

test.each([
  ['chunking', `${base}, chunking: recursive(size: 40, overlap: 10)`],
  ['template', `${base}, template: "$title $chunk"`],
])('another %s chunks every row again, and says so before', async (part, content) => {
  const { names, sql, output, embedded } = await step(models({ content }))
  expect(names).toEqual(['revectorize_post_content'])
  const cost = 'Every row is chunked again. A provider charges for the chunks whose text is another'
  for (const text of [sql, output]) expect(text).toMatch(new RegExp(`Changed: .*${part}.*`, 'u'))
  for (const text of [sql, output]) expect(text).toContain(cost)
  expect(embedded).toBe(20)
  await works(part)
})

test('back to the first annotation', async () => {
  expect((await step(models({ content: base }))).embedded).toBe(20)
})

test.each([
  ['index', `${base}, index: hnsw(m: 8)`],
  ['distance', `${base}, distance: l2`],
  ['index, over the vectors themselves', `${base}, index: hnsw(halfvec: false)`],
  ['index, of another method', `${base}, index: ivfflat(lists: 1), textSearch: english`],
  ['index: none', `${base}, index: none`],
])('another %s embeds nothing again', async (part, content) => {
  const { names, embedded } = await step(models({ content }))
  expect(names).toEqual(['revectorize_post_content'])
  expect(embedded).toBe(0)
  await works(part.split(/\W/u)[0] as string)
})

test('another type converts the vectors in place', async () => {
  await step(models({ content: base }))
  for (const content of [`${base}, type: halfvec`, `${base}, type: sparsevec`, base]) {
    const { sql, embedded } = await step(models({ content }))
    expect(sql).toContain('-- The vectors are converted in place.')
    expect(embedded).toBe(0)
    await works('conversions')
  }
})

test('bits are made of numbers, but not numbers of bits', async () => {
  const toBits = await step(models({ content: `${base}, type: bit` }))
  expect(toBits.embedded).toBe(0)
  expect(await chunks()).toBe(20)
  const back = await step(models({ content: base }))
  expect(back.sql).toContain('Until then searches find only what is embedded anew.')
  expect(back.embedded).toBe(20)
  await works('bits')
})

test('other dimensions empty the store and fill it again', async () => {
  const content = 'dimensions: 32, model: "local/hash"'
  const { sql, output, embedded } = await step(models({ content }))
  for (const text of [sql, output]) expect(text).toContain('Every row is embedded again')
  expect(embedded).toBe(20)
  await works('dimensions')
  await step(models({ content: base }))
})

test('a filter removes what is outside, and embeds what comes in', async () => {
  await run('UPDATE "Post" SET published = false WHERE id <= 15')
  await drain()
  const narrowed = await step(models({ content: `${base}, where: published = true` }))
  expect(narrowed.sql).toContain('Rows outside `where` lose their embeddings.')
  expect(narrowed.embedded).toBe(0)
  expect(await chunks()).toBe(5)
  await works('filters')
  const widened = await step(models({ content: base }))
  expect(widened.embedded).toBe(15)
  await run('UPDATE "Post" SET published = true')
})

test('a view joins store and source, and is out of the way of a column that goes', async () => {
  const content = `${base}, view: "post_chunks"`
  const made = await step(models({ content }))
  expect(made.embedded).toBe(0)
  expect(await run('SELECT DISTINCT subtitle FROM post_chunks')).toEqual([{ subtitle: 'sub' }])
  await works('views')
  // Prisma asks before it drops a column with values; there is nobody to ask.
  await run('UPDATE "Post" SET subtitle = NULL')
  const { names } = await step(models({ content, subtitle: false }))
  expect(names).toEqual(['revectorize_post_content', 'step'])
  expect(await run('SELECT count(title)::int AS count FROM post_chunks')).toEqual([{ count: 20 }])
  await works('columns')
})

test('a view is made again after a column that comes', async () => {
  const { embedded } = await step(models({ content: `${base}, view: "post_chunks"` }))
  expect(embedded).toBe(0)
  expect(await run('SELECT DISTINCT subtitle FROM post_chunks')).toEqual([{ subtitle: null }])
  await step(models({ content: base }))
  expect(await run(`SELECT FROM pg_views WHERE viewname = 'post_chunks'`)).toEqual([])
})

test('another accessor is registered, no more', async () => {
  const { embedded } = await step(models({ content: `${base}, name: vectors` }))
  expect(embedded).toBe(0)
  expect(await find('Number 7', 'vectors', 20)).toHaveLength(20)
  await step(models({ content: base }))
})

test('without the annotation nothing of it is left, and the application writes on', async () => {
  // As above, of a table with rows.
  await run(`DELETE FROM ${store}`)
  const { names } = await step(models({}))
  expect(names).toEqual(['unvectorize_post_content', 'step'])
  expect((await registered()).map(({ name }) => name)).toEqual(['notes_store'])
  await run(`INSERT INTO "Post" (title, content) VALUES ('alone', 'text')`)
  const left = await run(
    `SELECT tgname FROM pg_trigger WHERE tgrelid = '"Post"'::regclass AND tgname LIKE 'vectorizer%'`,
  )
  expect(left).toEqual([])
})

test('and it can come back', async () => {
  const { names, embedded } = await step(models({ content: base }))
  expect(names).toEqual(['vectorize_post_content'])
  expect(embedded).toBe(21)
  await works('returns')
})

test('a model that goes takes everything of its vectorizer along', async () => {
  await run('DELETE FROM "Note"')
  const { names } = await step(models({ content: base, note: false }))
  expect(names).toEqual(['unvectorize_note_text', 'step'])
  const left = await run(`SELECT relname FROM pg_class WHERE relname ~ 'notes?_store|Note'`)
  expect(left).toEqual([])
  expect(await run(`SELECT proname FROM pg_proc WHERE proname LIKE 'notes_store%'`)).toEqual([])
})

test('the whole history makes the same database from nothing', async () => {
  await project().prisma('migrate diff --from-migrations prisma/migrations --to-schema prisma/schema --exit-code')
})
