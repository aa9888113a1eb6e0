// Annotations, migrations and database against each other: what differs, and what brings the three together.
import { readdirSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { specsOfSchema } from '../../../test/support/schema-sql.ts'
import { useVectorizedTables } from '../../../test/support/vectorized-tables.ts'
import { planFolder, writeFolder } from '../../generator/src/tools.ts'
import { renderSql } from '../src/doctor/render.ts'
import { findingsOf, named, project } from './support/examine.ts'

const post = (args: string, fields = 'title String') => `model Post {
  id   Int    @id
  ${fields}
  /// @vectorizer(dimensions: 3${args})
  text String
}
`
const table = `CREATE TABLE "Post" ("id" INTEGER NOT NULL, "title" TEXT NOT NULL, "text" TEXT NOT NULL, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));`
const wanted = specsOfSchema(post(''))
const changed = specsOfSchema(post(', template: "$title: $chunk"'))
const generate = 'Run `npx prisma generate`, then `npx prisma migrate dev`.'

describe('what differs', () => {
  const { run } = useVectorizedTables('')
  let folder: string
  let written: number
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vectorizer-doctor-'))
    written = 0
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function prismaMigration(sql: string) {
    const path = join(folder, `2021010100${String(written++).padStart(2, '0')}00_prisma`)
    await mkdir(path)
    await writeFile(join(path, 'migration.sql'), sql)
  }
  /** As `prisma generate`. */
  const write = (specs: typeof wanted) =>
    writeFolder(planFolder(folder, specs), new Date(Date.UTC(2021, 0, 1, 0, written++)))
  const applied = new Set<string>()
  /** As `prisma migrate deploy`. */
  async function deploy() {
    const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    for (const name of entries.map((entry) => entry.name).sort()) {
      if (!applied.has(folder + name)) await run(await readFile(join(folder, name, 'migration.sql'), 'utf8'))
      applied.add(folder + name)
    }
  }
  const find = (specs = wanted, plan = planFolder(folder, specs)) => findingsOf(run, project(specs, plan))

  it('from the annotation to the database', async () => {
    const waiting = await find()
    expect(named(waiting)).toEqual(['DR102 database', 'DR103 Post.text'])
    expect(waiting[1]?.fact).toBe('It waits for a migration that creates "Post".')
    await prismaMigration(table)
    const missing = await find()
    expect(named(missing)).toEqual(['DR102 database', 'DR102 Post.text'])
    expect(missing[1]).toMatchObject({ fix: generate })
    write(wanted)
    const pending = await find()
    expect(named(pending)).toEqual(['DR104 Post.text'])
    expect(pending[0]?.fix).toBe('Run `npx prisma migrate deploy`.')
    await deploy()
    expect(await find()).toEqual([])
  })

  it('an annotation that was changed', async () => {
    await prismaMigration(table)
    write(wanted)
    await deploy()
    const [missing, ...others] = await find(changed)
    expect(others).toEqual([])
    expect(missing).toMatchObject({ code: 'DR102', subject: 'Post.text', fix: generate })
    write(changed)
    const [behind, ...more] = await find(changed)
    expect(more).toEqual([])
    expect(behind).toMatchObject({ code: 'DR105', fix: 'Run `npx prisma migrate deploy`.' })
    expect(behind?.fact).toContain('template')
    await deploy()
    expect(await find(changed)).toEqual([])
  })

  it('a renamed column that the schema knows already: generate mends it', async () => {
    await prismaMigration(table)
    write(wanted)
    await deploy()
    await prismaMigration('ALTER TABLE "Post" RENAME COLUMN "text" TO "body"')
    await deploy()
    const renamed = specsOfSchema(post('').replace('text String', 'text String @map("body")'))
    await run(`UPDATE "Post" SET title = ''`)
    const findings = await find(renamed)
    expect(named(findings)).toEqual(['DR102 Post.text', 'DR303 Post.text', 'DR607 Post.text'])
    for (const { fix } of findings) expect(fix).toBe(generate)
    write(renamed)
    await deploy()
    expect(await find(renamed)).toEqual([])
  })

  it('what only the database knows', async () => {
    await prismaMigration(table)
    write(wanted)
    await deploy()
    await prismaMigration('SELECT 1')
    await rm(folder, { recursive: true })
    await mkdir(folder)
    await prismaMigration(table)
    const [stranger, ...others] = await find([])
    expect(others).toEqual([])
    expect(stranger).toMatchObject({ code: 'DR106', level: 'warning', subject: 'Post.text' })
    await run(renderSql([stranger as NonNullable<typeof stranger>]))
    expect(await find([])).toEqual([])
  })

  it('without migrations', async () => {
    await prismaMigration(table)
    write(wanted)
    const pushed = (specs: typeof wanted) => findingsOf(run, project(specs, undefined))
    expect(await pushed(wanted)).toMatchObject([{ code: 'DR107', fix: 'Run `npx prisma-vectorizer push`.' }])
    await deploy()
    expect(await pushed(wanted)).toEqual([])
    expect(await pushed(changed)).toMatchObject([{ code: 'DR107', subject: 'Post.text' }])
    expect(await pushed([])).toMatchObject([{ code: 'DR106' }])
    // A folder that is empty is none.
    await rm(folder, { recursive: true })
    await mkdir(folder)
    expect(await find()).toEqual([])
  })
})
