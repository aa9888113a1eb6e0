// What the roles may do, asked by name: as `--worker-role` and `--application-role` do.
import type { VectorizerSpec } from '@prisma-vectorizer/spec'
import { expect, it } from 'vitest'
import { migrationSql, specsOfSchema } from '../../../test/support/schema-sql.ts'
import { useVectorizedTables } from '../../../test/support/vectorized-tables.ts'
import { workerGrants } from '../../generator/src/tools.ts'
import { renderSql } from '../src/doctor/render.ts'
import { findingsOf, named, registryOnly } from './support/examine.ts'

const tables = `CREATE SCHEMA app;
CREATE TABLE app."Post" ("id" INTEGER NOT NULL, "title" TEXT NOT NULL, "text" TEXT NOT NULL, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
CREATE TABLE app."Note" ("id" INTEGER NOT NULL, "text" TEXT NOT NULL, "v" vector(3), CONSTRAINT "Note_pkey" PRIMARY KEY ("id"));`
const specs = specsOfSchema(`datasource db {
  provider = "postgresql"
  schemas  = ["app"]
}
model Post {
  id    Int    @id
  title String
  /// @vectorizer(dimensions: 3, model: "local/hash", template: "$title $chunk")
  text  String
  @@schema("app")
}
model Note {
  id   Int    @id
  /// @vectorizer(dimensions: 3, model: "local/hash", destination: column(v), chunking: none)
  text String
  v    Unsupported("vector(3)")?
  @@schema("app")
}
`)
const { run } = useVectorizedTables(`CREATE EXTENSION vector; ${tables} ${migrationSql(specs, { tables })}`)
const roles = { worker: 'doctor_worker', application: 'doctor_application' }
const find = () => findingsOf(run, registryOnly, roles)

it('roles that do not exist: what makes them, and all that they need', async () => {
  const findings = await find()
  expect(named(findings)).toEqual([
    'DR801 Note.text',
    'DR802 Note.text',
    'DR801 Post.text',
    'DR802 Post.text',
    'DR801 Post.text',
    'DR803 Post.text',
  ])
  await run(renderSql(findings))
  expect(await find()).toEqual([])
})

const grants = specs
  .filter((spec) => spec.kind === 'vectorizer' && spec.store.kind === 'table')
  .flatMap((spec) => workerGrants(spec as VectorizerSpec))

it.each(grants)('a worker without %s', async (grant) => {
  await run(`CREATE ROLE doctor_application; CREATE ROLE doctor_worker`)
  await run(renderSql(await find()))
  await run(`REVOKE ${grant} FROM doctor_worker`)
  const findings = (await find()).filter(({ subject }) => subject === 'Post.text')
  expect(named(findings)).toEqual(['DR802 Post.text'])
  expect(findings[0]?.sql).toBe(`GRANT ${grant} TO "doctor_worker";`)
  await run(renderSql(findings))
  expect(await find()).toEqual([])
})

it('one column that may not be read', async () => {
  await run(`CREATE ROLE doctor_application; CREATE ROLE doctor_worker`)
  await run(renderSql(await find()))
  await run('REVOKE SELECT (title) ON app."Post" FROM doctor_worker')
  expect((await find()).map(({ sql }) => sql)).toEqual([
    `GRANT SELECT ("id", "text", "title") ON "app"."Post" TO "doctor_worker";`,
  ])
})

it('row-level security that hides rows from the worker', async () => {
  await run(`CREATE ROLE doctor_application; CREATE ROLE doctor_worker`)
  await run(renderSql(await find()))
  await run('ALTER TABLE app."Post" ENABLE ROW LEVEL SECURITY')
  expect(named(await find())).toEqual(['DR411 Post.text', 'DR804 Post.text'])
  await run(renderSql(await find()))
  // Now the store has it too.
  expect(named(await find())).toEqual(['DR804 Post.text'])
  await run(renderSql(await find()))
  expect(await find()).toEqual([])
})

it.each(['BYPASSRLS', 'SUPERUSER'])('a worker with %s sees all rows', async (right) => {
  await run(`CREATE ROLE doctor_application; CREATE ROLE doctor_worker ${right}`)
  await run('ALTER TABLE app."Post" ENABLE ROW LEVEL SECURITY')
  await run(renderSql(await find()))
  expect(await find()).toEqual([])
})

it('the roles that the specs name, unless others are asked for', async () => {
  await run(`UPDATE vectorizer.vectorizer
    SET spec = jsonb_set(spec, '{roles}', '{"worker": "named_worker", "application": "named_application"}')`)
  const missing = (await findingsOf(run)).filter(({ code }) => code === 'DR801').map(({ fact }) => fact)
  expect(new Set(missing)).toEqual(
    new Set([
      `There is no role "named_worker", which is to be the worker's.`,
      `There is no role "named_application", which is to be the application's.`,
    ]),
  )
  expect((await find()).map(({ fact }) => fact).join()).not.toContain('named_')
})
