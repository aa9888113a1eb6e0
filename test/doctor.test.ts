// `prisma-vectorizer doctor` on an application of Prisma's own commands: healthy, broken in ways that Prisma does not
// see, and mended by what the doctor says.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWrappedApplication } from './support/application.ts'
import { createDatabase, type TestDatabase, withClient } from './support/databases.ts'
import type { Project } from './support/project.ts'

const model = (annotation: string) => `model Note {
  id    Int    @id @default(autoincrement())
  title String
  /// @vectorizer(${annotation})
  text  String
}
`
const command = 'node_modules/@prisma-vectorizer/worker/bin/prisma-vectorizer.js'

describe('prisma-vectorizer doctor', () => {
  let database: TestDatabase
  let project: Project
  beforeAll(async () => {
    database = await createDatabase()
    project = await createWrappedApplication(model('dimensions: 3, model: "local/hash"'), database)
    await project.node([command, 'migrate', 'dev', '--name', 'init'])
  })
  afterAll(async () => {
    await project.close()
    await database.close()
  })
  const doctor = async (...args: string[]) => project.node([command, 'doctor', ...args], { code: 'any' })
  const run = (sql: string) => withClient(database.url, (client) => client.query(sql))

  it('has nothing to say of what Prisma has just migrated', async () => {
    const { code, stdout, stderr } = await doctor()
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '✓ Note.text\nNo problems.\n', stderr: '' })
  })

  it('finds what Prisma does not see, and prints what mends it', async () => {
    await run(`DROP INDEX "Note_embedding_store_embedding_vector_idx";
      DROP TRIGGER "vectorizer_insert_Note_embedding_store" ON "Note"`)
    expect((await project.prisma('migrate status')).stdout).toContain('up to date')
    const { code, stdout } = await doctor()
    expect(code).toBe(1)
    expect(stdout).toMatch(/^Note\.text\n {2}✗ DR501 The vector index .* is missing\.\n {6}why: .*\n {6}fix: /u)
    expect(stdout).toContain('✗ DR601 "public"."Note" lacks the trigger "vectorizer_insert_Note_embedding_store".')
    expect(stdout).toContain('fix: Run `npx prisma-vectorizer doctor --sql | npx prisma db execute --stdin`.')
    expect(stdout).toMatch(/2 errors\.\n$/u)

    const script = await doctor('--sql')
    await project.prisma('db execute --stdin', { input: script.stdout })
    expect((await doctor()).stdout).toBe('✓ Note.text\nNo problems.\n')
  })

  it('counts warnings only when it is strict, and speaks JSON', async () => {
    await run(`UPDATE vectorizer.vectorizer SET paused = true`)
    expect((await doctor()).code).toBe(0)
    const { code, stdout } = await doctor('--json', '--strict')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      subjects: ['Note.text'],
      findings: [{ code: 'DR706', level: 'warning', subject: 'Note.text' }],
    })
    await run(`UPDATE vectorizer.vectorizer SET paused = false`)
  })

  it('follows a changed annotation until it is migrated', async () => {
    const schema = await project.read('prisma/schema/schema.prisma')
    await project.write('prisma/schema/schema.prisma', schema.replace('model: "local/hash"', 'chunking: none'))
    const { code, stdout } = await doctor()
    expect(code).toBe(1)
    expect(stdout).toContain('✗ DR102 The migrations lack one that')
    await project.prisma('generate')
    expect((await doctor()).stdout).toContain('✗ DR105 The database has another version of it than the migrations')
    await project.prisma('migrate deploy')
    expect((await doctor()).stdout).toBe('✓ Note.text\nNo problems.\n')
  })

  it('reports a mistake in the schema, and goes on with the registry', async () => {
    const schema = await project.read('prisma/schema/schema.prisma')
    await project.write('prisma/schema/schema.prisma', schema.replace('chunking: none', 'chunks: none'))
    await run('DROP INDEX "Note_embedding_store_embedding_vector_idx"')
    const { code, stdout } = await doctor()
    expect(code).toBe(1)
    expect(stdout).toContain('✗ DR101 VZ102 Note.text')
    expect(stdout).toContain('✗ DR501')
  })

  it('compares a database with its own registry where there is no schema', async () => {
    await project.remove('prisma')
    const { code, stdout } = await project.node([command, 'doctor'], { code: 'any' })
    expect(code).toBe(1)
    expect(stdout).toContain('✗ DR501')
    expect(stdout).toContain('- There is no Prisma schema here: the database is compared with its own registry only.')
  })
})
