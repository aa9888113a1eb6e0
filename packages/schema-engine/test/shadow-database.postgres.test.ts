// What takes a server with several databases: shadow databases, databases that are absent, and the advisory lock.
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createDatabase, type TestDatabase, withClient } from '../../../test/support/databases.ts'
import { createProject, type Project } from '../../../test/support/project.ts'
import { startEngine } from './support/engine-process.ts'
import { addMigration, postSchema } from './support/post-schema.ts'

// A role of its own: shadow databases of other tests on the same server belong to other roles.
let role: string
let database: TestDatabase
let ownedUrl: string
let project: Project

beforeEach(async () => {
  role = `vectorizer_test_role_${randomUUID().replaceAll('-', '')}`
  database = await createDatabase()
  const { pathname } = new URL(database.url)
  await asAdministrator(`CREATE ROLE ${role} LOGIN CREATEDB PASSWORD 'test'`)
  await asAdministrator(`ALTER DATABASE ${pathname.slice(1)} OWNER TO ${role}`)
  const url = new URL(database.url)
  url.username = role
  url.password = 'test'
  ownedUrl = url.href
  project = await createProject({ schema: postSchema, url: ownedUrl })
})

afterEach(async () => {
  await project.close()
  await database.close()
  await withClient(process.env['VECTORIZER_TEST_POSTGRES'] ?? '', (client) => client.query(`DROP ROLE ${role}`))
})

const asAdministrator = (sql: string) => withClient(database.url, async (client) => (await client.query(sql)).rows)

const shadowDatabases = () =>
  asAdministrator(
    `SELECT datname FROM pg_database JOIN pg_roles ON datdba = pg_roles.oid
     WHERE datname LIKE 'prisma%' AND rolname = '${role}'`,
  )

test('no shadow database is left, whether the migrations pass or fail', async () => {
  await project.prisma('migrate dev --name init')
  expect(await shadowDatabases()).toEqual([])
  await addMigration(project, '20990101000000_faulty', 'SELECT nonsense;')
  await project.prisma('migrate dev --name next', { code: 1 })
  expect(await shadowDatabases()).toEqual([])
})

test('SIGTERM drops the shadow database in use, and does not pass for success', async () => {
  const engine = startEngine({ url: ownedUrl })
  const migration = { path: 'migration.sql', content: { tag: 'ok', value: 'SELECT pg_sleep(300);' } }
  const migrationsList = {
    baseDir: '/migrations',
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    migrationDirectories: [{ path: '20260101000000_slow', migrationFile: migration }],
    shadowDbInitScript: '',
  }
  const unanswered = engine.request('devDiagnostic', {
    migrationsList,
    filters: { externalTables: [], externalEnums: [] },
  })
  unanswered.catch(() => {})
  await vi.waitFor(
    async () =>
      expect(
        await asAdministrator(
          `SELECT 1 FROM pg_stat_activity WHERE usename = '${role}' AND query LIKE 'SELECT pg_sleep%'`,
        ),
      ).toHaveLength(1),
    { timeout: 20_000 },
  )
  expect(await shadowDatabases()).not.toEqual([])
  engine.kill('SIGTERM')
  expect((await engine.ended).code).toBe(143)
  expect(await shadowDatabases()).toEqual([])
})

test('a user who may not create databases is told so, with P3014', async () => {
  await asAdministrator(`ALTER ROLE ${role} NOCREATEDB`)
  const { stderr } = await project.prisma('migrate dev --name init', { code: 1 })
  expect(stderr).toContain('P3014')
  expect(stderr).toContain('shadowDatabaseUrl')
})

test('an absent database is P1003 for migrate status, and created by migrate deploy', async () => {
  const url = new URL(ownedUrl)
  url.pathname = `/vectorizer_test_absent_${randomUUID().replaceAll('-', '')}`
  await using other = await createProject({ schema: postSchema, url: url.href })
  await addMigration(other, '20260101000000_init', 'CREATE TABLE "Post" (id int);')
  const { stderr } = await other.prisma('migrate status', { code: 1 })
  expect(stderr).toContain('P1003')
  try {
    await other.prisma('migrate deploy')
    await withClient(url.href, (client) => client.query('SELECT id FROM "Post"'))
  } finally {
    await asAdministrator(`DROP DATABASE IF EXISTS ${url.pathname.slice(1)} WITH (FORCE)`)
  }
})

test('a user the server refuses is P1000', async () => {
  // An unknown role, since a server that trusts everybody would not mind a wrong password.
  const url = new URL(ownedUrl)
  url.username = `${role}_unknown`
  await using other = await createProject({ schema: postSchema, url: url.href })
  const { stderr } = await other.prisma('migrate status', { code: 1 })
  expect(stderr).toContain('P1000')
})

test('a migration held up by another process is P1002 after ten seconds', async () => {
  await addMigration(project, '20260101000000_init', 'CREATE TABLE "Post" (id int);')
  await withClient(database.url, async (holder) => {
    await holder.query('SELECT pg_advisory_lock(72707369)')
    const { stderr } = await project.prisma('migrate deploy', { code: 1 })
    expect(stderr).toContain('P1002')
  })
  await project.prisma('migrate deploy')
})
