// What a user of the real Prisma CLI reads when something goes wrong.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDatabase, type TestDatabase, withClient } from '../../../test/support/databases.ts'
import { createProject, type Project } from '../../../test/support/project.ts'
import { addMigration, postSchema } from './support/post-schema.ts'

const faulty = "-- 'é€𝄞'\nCREATE TABLE kept_out (id int);\n\nSELECT nonsense FROM kept_out;\n"
const unreachable = 'postgresql://postgres@127.0.0.1:1/none'

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

test('migrate deploy names a migration that fails, with its line, and leaves nothing of it behind', async () => {
  await addMigration(project, '20260101000000_faulty', faulty)
  const { stderr } = await project.prisma('migrate deploy', { code: 1 })
  expect(stderr).toContain('P3018')
  expect(stderr).toContain('`20260101000000_faulty`')
  expect(stderr).toContain('column "nonsense" does not exist (SQLSTATE 42703, line 4)')
  const [row] = await withClient(
    database.url,
    async (client) => (await client.query(`select to_regclass('kept_out') as name`)).rows,
  )
  expect(row).toEqual({ name: null })

  const again = await project.prisma('migrate deploy', { code: 1 })
  expect(again.stderr).toContain('P3009')
  await project.prisma('migrate resolve --rolled-back 20260101000000_faulty')
})

test('migrate dev names a migration that fails, without touching the main database', async () => {
  await addMigration(project, '20260101000000_faulty', faulty)
  const { stderr } = await project.prisma('migrate dev --name next', { code: 1 })
  expect(stderr).toContain('P3006')
  expect(stderr).toContain('Migration `20260101000000_faulty` failed')
  expect(stderr).toContain('column "nonsense" does not exist (SQLSTATE 42703, line 4)')
})

test('typed SQL is refused with its reason', async () => {
  await project.prisma('db push')
  await project.write('prisma/sql/titles.sql', 'SELECT title FROM "Post"')
  await project.write(
    'prisma/schema.prisma',
    postSchema.replace('output ', 'previewFeatures = ["typedSql"]\n  output '),
  )
  const { stdout, stderr } = await project.prisma('generate --sql', { code: 1 })
  expect(stdout + stderr).toContain('takes the native schema engine')
})

test('a server that does not answer is P1001', async () => {
  await using offline = await createProject({ schema: postSchema, url: unreachable })
  const { stderr } = await offline.prisma('migrate deploy', { code: 1 })
  expect(stderr).toContain('P1001')
  expect(stderr).toContain('127.0.0.1:1')
})

test('two schema files are compared where no server answers', async () => {
  await using offline = await createProject({ schema: postSchema, url: unreachable })
  const { stdout } = await offline.prisma('migrate diff --from-empty --to-schema prisma/schema.prisma --script')
  expect(stdout).toContain('CREATE TABLE "Post"')
})
