// The life of a vectorizer whose source changes, by ordinary migrations of Prisma's: after every step the database is in
// sync, the application writes, the worker embeds just what it has to, and searches answer right.
import { expect, test } from 'vitest'
import { asPrisma, useWalk } from './walk.ts'

interface Source {
  readonly key?: string
  /** The line of the annotated field. */
  readonly text?: string
  readonly title?: string
  readonly others?: string
  /** Block attributes. */
  readonly attributes?: string
  readonly annotation?: string | null
  readonly more?: string
}

const pinned =
  'dimensions: 64, model: "local/hash", name: vectors, template: "$title: $chunk", targetTable: "post_chunks"'

const models = ({
  key = 'id Int @id @default(autoincrement())',
  text = 'content String',
  title = 'title String',
  others = 'slug String @default("slug")',
  attributes = '',
  annotation = pinned,
  more = '',
}: Source) => `model Post {
  ${key}
  ${title}
  ${others}
${annotation === null ? '' : `  /// @vectorizer(${annotation})\n`}  ${text}
  ${attributes}
}

${more}
`

const { run, step, find, drain, warnings, project, migrations, registered, writeModels } = useWalk(models({}))

/** The application goes on writing, by the names that its tables have now, and finds what it wrote. */
async function works(
  word: string,
  { table = 'Post', key = 'id', text = 'content', title = 'title' } = {},
): Promise<void> {
  warnings.length = 0
  const [row] = await run(
    `INSERT INTO "${table}" ("${title}", "${text}") VALUES ('new', $1) RETURNING "${key}" AS key`,
    [`A text about ${word} and little else.`],
  )
  expect(await drain()).toBe(1)
  expect(await find(`about ${word}`, 'vectors')).toEqual([String(row?.key)])
  await run(`UPDATE "${table}" SET "${title}" = 'other' WHERE "${key}" = $1`, [row?.key])
  expect(await drain()).toBe(1)
  await run(`DELETE FROM "${table}" WHERE "${key}" = $1`, [row?.key])
  expect(await drain()).toBe(0)
  expect(await run(`SELECT FROM post_chunks WHERE chunk LIKE '%${word}%'`)).toEqual([])
  expect(warnings).toEqual([])
}

test('a table and its vectorizer', async () => {
  await step()
  await run(`INSERT INTO "Post" (title, content) SELECT 'title ' || i, 'Number ' || i FROM generate_series(1, 10) AS i`)
  expect(await drain()).toBe(10)
  await works('harbours')
})

test('another vectorizer comes and goes', async () => {
  const { embedded } = await step(
    models({
      others: '/// @vectorizer(dimensions: 8, model: "local/hash", name: slugs)\n  slug String @default("slug")',
    }),
  )
  expect(embedded).toBe(10)
  expect((await registered()).map(({ accessor }) => accessor).sort()).toEqual(['slugs', 'vectors'])
  await run('DELETE FROM "Post_embedding_store"')
  await step(models({}))
})

test('the text’s column is renamed', async () => {
  const { names, embedded } = await step(
    models({ text: 'body String' }),
    'ALTER TABLE "Post" RENAME COLUMN "content" TO "body";',
  )
  expect(names).toEqual(['step', 'revectorize_post_vectors'])
  expect(embedded).toBe(10)
  await works('rivers', { text: 'body' })
})

test('a Prisma field gets another name, its column keeps the old one', async () => {
  const { embedded } = await step(models({ text: 'words String @map("body")' }))
  expect(embedded).toBe(0)
  await works('lakes', { text: 'body' })
})

test('a template’s column is renamed', async () => {
  const { embedded } = await step(
    models({ text: 'body String', title: 'headline String', annotation: pinned.replace('$title', '$headline') }),
    'ALTER TABLE "Post" RENAME COLUMN "title" TO "headline";',
  )
  expect(embedded).toBe(10)
  await works('seas', { text: 'body', title: 'headline' })
})

const renamed = { text: 'body String', title: 'headline String', annotation: pinned.replace('$title', '$headline') }

test('the table is renamed', async () => {
  const { names, embedded } = await step(
    models({ ...renamed, attributes: '@@map("posts")' }),
    `ALTER TABLE "Post" RENAME TO "posts";
ALTER TABLE "posts" RENAME CONSTRAINT "Post_pkey" TO "posts_pkey";`,
  )
  expect(names).toEqual(['step', 'revectorize_post_vectors'])
  expect(embedded).toBe(0)
  await works('oceans', { table: 'posts', text: 'body', title: 'headline' })
})

const moved = { ...renamed, attributes: '@@map("posts")' }

test('the key’s column is renamed', async () => {
  const { embedded } = await step(
    models({ ...moved, key: 'id Int @id @default(autoincrement()) @map("post_id")' }),
    `ALTER TABLE "posts" RENAME COLUMN "id" TO "post_id";
ALTER TABLE "post_chunks" RENAME COLUMN "id" TO "post_id";
ALTER INDEX "post_chunks_id_chunk_seq_key" RENAME TO "post_chunks_post_id_chunk_seq_key";
ALTER TABLE "post_chunks" RENAME CONSTRAINT "post_chunks_id_fkey" TO "post_chunks_post_id_fkey";`,
  )
  // The queue has the key by its column's name.
  expect(embedded).toBe(10)
  await works('ponds', { table: 'posts', key: 'post_id', text: 'body', title: 'headline' })
})

test('the key gets a wider type', async () => {
  const { names, embedded } = await step(
    models({ ...moved, key: 'id BigInt @id @default(autoincrement()) @map("post_id")' }),
    // By hand: Prisma writes SET DATA TYPE BIGSERIAL, which no PostgreSQL takes.
    `ALTER TABLE "post_chunks" DROP CONSTRAINT "post_chunks_post_id_fkey";
ALTER TABLE "posts" ALTER COLUMN "post_id" SET DATA TYPE BIGINT;
ALTER TABLE "post_chunks" ALTER COLUMN "post_id" SET DATA TYPE BIGINT;
ALTER TABLE "post_chunks" ADD CONSTRAINT "post_chunks_post_id_fkey" FOREIGN KEY ("post_id") REFERENCES "posts"("post_id") ON DELETE CASCADE ON UPDATE CASCADE;`,
  )
  expect(names).toEqual(['step', 'revectorize_post_vectors'])
  expect(embedded).toBe(0)
  await works('wells', { table: 'posts', key: 'post_id', text: 'body', title: 'headline' })
})

const wide = { ...moved, key: 'id BigInt @id @default(autoincrement()) @map("post_id")' }

test('the text gets another type', async () => {
  const { embedded } = await step(models({ ...wide, text: 'body String @db.VarChar(500)' }), asPrisma)
  expect(embedded).toBe(0)
  await works('springs', { table: 'posts', key: 'post_id', text: 'body', title: 'headline' })
})

test('row-level security of the source becomes that of the chunks', async () => {
  const { names } = await step(
    models({
      ...wide,
      text: 'body String @db.VarChar(500)',
      others: 'slug String @default("slug")\n  owner String @default("")',
    }),
    `ALTER TABLE "posts" ADD COLUMN "owner" TEXT NOT NULL DEFAULT '';
ALTER TABLE "posts" ENABLE ROW LEVEL SECURITY;
CREATE POLICY everyone ON "posts" USING (true);`,
  )
  expect(names).toEqual(['step', 'secure_post_vectors'])
  const policies = await run(`SELECT polname FROM pg_policy WHERE polrelid = 'post_chunks'::regclass`)
  expect(policies).toEqual([{ polname: 'vectorizer_parent' }])
  await works('moats', { table: 'posts', key: 'post_id', text: 'body', title: 'headline' })
})

test('the column that was embedded is dropped, and another one is embedded instead', async () => {
  await run('UPDATE "posts" SET owner = headline')
  const { embedded } = await step(
    models({
      ...wide,
      text: 'owner String @default("")',
      annotation: 'dimensions: 64, model: "local/hash", name: vectors, targetTable: "post_chunks"',
    }),
    'ALTER TABLE "posts" DROP COLUMN "body";',
  )
  expect(embedded).toBe(10)
  expect(await find('title 7', 'vectors', 10)).toHaveLength(10)
})

test('two branches are merged', async () => {
  const annotation = 'dimensions: 64, model: "local/hash", name: vectors, targetTable: "post_chunks"'
  const base = { ...wide, text: 'owner String @default("")', annotation }
  const note = 'model Note {\n  id Int @id\n  /// @vectorizer(dimensions: 8, model: "local/hash")\n  text String\n}\n'
  const task = note.replace('Note', 'Task')
  const main = await migrations()
  await step(models({ ...base, more: note }))
  const ours = (await migrations()).filter((name) => !main.includes(name))
  // Theirs was made on another machine a moment before, without ours: its folder simply comes along.
  const theirs = new Map<string, string>()
  for (const name of ours) {
    const sql = await project().read(`prisma/migrations/${name}/migration.sql`)
    theirs.set(
      `${Number(name.slice(0, 14)) + 100}${name.slice(14).replace('note', 'task')}`,
      sql.replaceAll('Note', 'Task'),
    )
  }
  for (const [name, sql] of theirs) await project().write(`prisma/migrations/${name}/migration.sql`, sql)
  await writeModels(models({ ...base, more: note + task }))
  const { names } = await step()
  expect(names).toEqual([])
  expect((await registered()).map(({ source }) => source.model)).toEqual(['Note', 'Task', 'Post'])
  await run(`INSERT INTO "Task" VALUES (1, 'a task')`)
  expect(await drain()).toBe(1)
})

test('the history is squashed', async () => {
  const all = await migrations()
  const texts = await Promise.all(all.map((name) => project().read(`prisma/migrations/${name}/migration.sql`)))
  for (const name of all) await project().remove(`prisma/migrations/${name}`)
  const squashed = '20200101000000_squashed'
  await project().write(`prisma/migrations/${squashed}/migration.sql`, texts.join('\n'))
  await run('DELETE FROM "_prisma_migrations"')
  await project().prisma(`migrate resolve --applied ${squashed}`)
  const { names, embedded } = await step()
  expect({ names, embedded }).toEqual({ names: [], embedded: 0 })
  await project().prisma('migrate diff --from-migrations prisma/migrations --to-schema prisma/schema --exit-code')
  expect((await project().prisma('generate')).stdout).not.toContain('prisma-vectorizer: wrote')
})
