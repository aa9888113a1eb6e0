// `prisma-vectorizer migrate down`: what it prints, applied with the real Prisma CLI, and applied again.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWrappedApplication } from './support/application.ts'
import { createDatabase, type TestDatabase, withClient } from './support/databases.ts'
import type { Project } from './support/project.ts'

const command = 'node_modules/@prisma-vectorizer/worker/bin/prisma-vectorizer.js'
const inSync = 'Already in sync, no schema change or pending migration was found.'

let database: TestDatabase
let project: Project

const sql = (text: string) => withClient(database.url, async (client) => (await client.query(text)).rows)
const down = (name: string, code = 0) => project.node([command, 'migrate', 'down', name], { code })
const migrations = async () =>
  (await project.list('prisma/migrations')).flatMap((path) => /\d{14}_\w+/u.exec(path)?.[0] ?? [])
const called = async (name: string) => (await migrations()).find((migration) => migration.endsWith(`_${name}`)) ?? ''
const queued = async () =>
  (await sql('SELECT key_id FROM vectorizer."Note_embedding_store_queue" ORDER BY 1')).map((row) => row.key_id)

/** What the migration said is undone as its comments say. */
async function undo(name: string): Promise<string> {
  const { stdout } = await down(name)
  await project.write('down.sql', stdout)
  await project.prisma('db execute --file down.sql')
  return stdout
}

async function edit(from: RegExp, to: string): Promise<void> {
  const text = await project.read('prisma/schema/schema.prisma')
  expect(text).toMatch(from)
  await project.write('prisma/schema/schema.prisma', text.replace(from, to))
}

/** All that is left of vectorizers, stores included. */
const leftovers = () =>
  sql(`SELECT tgname AS name FROM pg_trigger WHERE tgname LIKE 'vectorizer%' UNION ALL SELECT name FROM vectorizer.vectorizer
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'vectorizer'::regnamespace AND proname <> 'current_key'
    UNION ALL SELECT relname FROM pg_class WHERE relname LIKE 'Note_embedding_store%'`)

describe('prisma-vectorizer migrate down', () => {
  beforeAll(async () => {
    database = await createDatabase()
    project = await createWrappedApplication('model Note {\n  id Int @id\n  text String\n}\n', database)
    await project.prisma('migrate dev --name init')
    await sql(`INSERT INTO "Note" VALUES (1, 'one'), (2, 'two')`)
    await edit(/text String/u, 'text String /// @vectorizer(dimensions: 3)')
    await project.prisma('migrate dev')
  })
  afterAll(async () => {
    await project.close()
    await database.close()
  })

  test('prints SQL that leaves nothing, and the migration can be applied again', async () => {
    const name = await called('vectorize_note_text')
    // Prisma's own command takes only what failed: hence the last statement of the script.
    expect((await project.prisma(['migrate', 'resolve', '--rolled-back', name], { code: 1 })).stderr).toContain('P3012')
    expect(await queued()).toEqual([1, 2])

    const script = await undo('vectorize_note_text')
    expect(script).toMatch(new RegExp(`^-- Undoes ${name}\\.`, 'u'))
    expect(await leftovers()).toEqual([])
    await sql(`INSERT INTO "Note" VALUES (3, 'three')`)

    const status = await project.prisma('migrate status', { code: 1 })
    expect(status.stdout).toContain(name)
    expect((await project.prisma('migrate deploy')).stdout).toContain(`${name}/`)
    expect(await queued()).toEqual([1, 2, 3])
    expect((await project.prisma('migrate dev')).stdout).toContain(inSync)
  })

  test('undoes a change, and refuses what the change builds on', async () => {
    await edit(/dimensions: 3/u, 'dimensions: 4')
    await project.prisma('migrate dev')
    await sql('DELETE FROM vectorizer."Note_embedding_store_queue"')
    const change = await called('revectorize_note_text')
    const { stdout, stderr } = await down('vectorize_note_text', 1)
    expect(stdout).toBe('')
    expect(stderr).toContain(`VZ205 ${await called('vectorize_note_text')}: ${change} builds on it.`)

    await undo(change)
    expect(
      await sql(`SELECT format_type(atttypid, atttypmod) AS type, spec -> 'dimensions' AS dimensions
        FROM pg_attribute, vectorizer.vectorizer WHERE attrelid = store AND attname = 'embedding'`),
    ).toEqual([{ type: 'vector(3)', dimensions: 3 }])
    expect(await queued()).toEqual([1, 2, 3])
    await project.remove(`prisma/migrations/${change}`)
    await edit(/dimensions: 4/u, 'dimensions: 3')
    expect((await project.prisma('migrate dev')).stdout).toContain(inSync)
  })

  test('undoes for good: without its folder and its annotation nothing is left to apply', async () => {
    await undo('vectorize_note_text')
    await project.remove(`prisma/migrations/${await called('vectorize_note_text')}`)
    await edit(/ \/\/\/ @vectorizer\(.*\)/u, '')
    expect((await project.prisma('migrate dev')).stdout).toContain(inSync)
    expect((await migrations()).map((name) => name.slice(15))).toEqual(['init', 'vectorizer_extension'])
    await sql('DROP TABLE "Note"')
  })

  test('keeps the extension, and says so', async () => {
    const { stdout } = await down('vectorizer_extension')
    expect(stdout).toContain('-- The extension "vector" stays')
    await undo('vectorizer_extension')
    expect(await sql(`SELECT extname FROM pg_extension WHERE extname = 'vector'`)).toHaveLength(1)
  })

  test('refuses a migration of Prisma, and a name that is none', async () => {
    const prismas = await down('init', 1)
    expect(prismas.stdout).toBe('')
    expect(prismas.stderr).toContain(`VZ203 ${await called('init')} is not a migration of prisma-vectorizer.`)
    const unknown = await down('vectorizer_extention', 1)
    expect(unknown.stderr).toContain('VZ204 prisma/migrations has no migration vectorizer_extention.')
    expect(unknown.stderr).toContain('Did you mean `vectorizer_extension`?')
  })
})
