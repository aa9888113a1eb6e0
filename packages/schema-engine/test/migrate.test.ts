// The real Prisma CLI over this engine, on whichever kind of database the run is on.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDatabase, type TestDatabase, withClient } from '../../../test/support/databases.ts'
import { createProject, type Project } from '../../../test/support/project.ts'
import { addMigration, postSchema } from './support/post-schema.ts'

let database: TestDatabase
let project: Project

beforeEach(async () => {
  database = await createDatabase()
  project = await createProject({ schema: postSchema, url: database.url, shadowUrl: database.shadowUrl })
})

afterEach(async () => {
  await project.close()
  await database.close()
})

const sql = (text: string) => withClient(database.url, async (client) => (await client.query(text)).rows)

test('migrate dev creates, applies and then finds everything in sync', async () => {
  const first = await project.prisma('migrate dev --name init')
  expect(first.stdout).toContain('migration(s) have been created and applied')
  expect(await sql(`select to_regclass('"Post"')::text as name`)).toEqual([{ name: '"Post"' }])

  const second = await project.prisma('migrate dev --name again')
  expect(second.stdout).toContain('Already in sync')

  const status = await project.prisma('migrate status')
  expect(status.stdout).toContain('Database schema is up to date!')
  await project.prisma('migrate diff --from-migrations prisma/migrations --to-schema prisma/schema.prisma --exit-code')
})

test('migrate diff answers 2 and prints the script where they differ', async () => {
  await project.prisma('migrate dev --name init')
  await project.write('prisma/schema.prisma', postSchema.replace('title String', 'title String?'))
  const { stdout } = await project.prisma(
    'migrate diff --from-migrations prisma/migrations --to-schema prisma/schema.prisma --script --exit-code',
    { code: 2 },
  )
  expect(stdout).toContain('ALTER TABLE "Post" ALTER COLUMN "title" DROP NOT NULL;')
  await project.prisma('migrate diff --from-config-datasource --to-schema prisma/schema.prisma --exit-code', {
    code: 2,
  })
})

test('migrate deploy runs function bodies, CHECK constraints and pgvector types', async () => {
  await addMigration(
    project,
    '20260101000000_init',
    `CREATE EXTENSION IF NOT EXISTS vector;
CREATE TABLE "Post" ("id" SERIAL PRIMARY KEY, "title" TEXT NOT NULL CHECK ("title" <> ''), "at" vector(2));
CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  new.title := upper(new.title) || ';';
  RETURN new;
END $$;
CREATE TRIGGER shout BEFORE INSERT ON "Post" FOR EACH ROW EXECUTE FUNCTION shout();
INSERT INTO "Post" ("title") VALUES ('a;b');
`,
  )
  await project.prisma('migrate deploy')
  expect(await sql('select title from "Post"')).toEqual([{ title: 'A;B;' }])

  await project.write('prisma/schema.prisma', postSchema.replace(/String\n/u, '$&  at Unsupported("vector(2)")?\n'))
  const { stdout } = await project.prisma('migrate dev --name after')
  expect(stdout).toContain('Already in sync')
})

test('db push and db execute change the database, db pull reads it', async () => {
  await project.prisma('db push')
  await project.prisma('db execute --stdin', { input: `INSERT INTO "Post" (title) VALUES ('x'); SELECT 1;` })
  expect(await sql('select title from "Post"')).toEqual([{ title: 'x' }])
  const { stdout } = await project.prisma('db pull --print')
  expect(stdout).toContain('model Post {')
})

test('a schema in the URL is created and used', async () => {
  const inSchema = (url: string) => `${url}?schema=app`
  await using other = await createProject({
    schema: `${postSchema}\nmodel Note {\n  id Int @id\n}\n`,
    url: inSchema(database.url),
    shadowUrl: database.shadowUrl && inSchema(database.shadowUrl),
  })
  await addMigration(other, '20260101000000_note', 'CREATE TABLE "Note" (id int PRIMARY KEY);')
  await other.prisma('migrate dev --name init')
  const { stdout } = await other.prisma('migrate dev --name again')
  expect(stdout).toContain('Already in sync')
  expect(await sql(`select table_name from information_schema.tables where table_schema = 'app' order by 1`)).toEqual([
    { table_name: 'Note' },
    { table_name: 'Post' },
    { table_name: '_prisma_migrations' },
  ])
})
