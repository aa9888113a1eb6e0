// prisma/ and the typed module of the demo are what the generator makes today: generating them again changes nothing.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { emitManifest } from '../packages/generator/src/emit/manifest.ts'
import { emitCreate, emitExtension } from '../packages/generator/src/emit/migration.ts'
import { planFolder, planSchema, type SchemaPlan } from '../packages/generator/src/synchronise.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const migrations = join(root, 'prisma/migrations')
const readText = (path: string) => readFileSync(path, 'utf8').replaceAll('\r\n', '\n')

let plan: SchemaPlan

beforeAll(() => {
  const planned = planSchema(join(root, 'prisma/schema'))
  if (!planned) throw new Error('Prisma cannot read prisma/schema')
  plan = planned
})

test('the derived models and back relations are in place', () => {
  expect(plan.specs).toHaveLength(1)
  for (const [path, content] of plan.contents) expect(readText(path)).toBe(content)
})

test('no migration is missing, and ours are those the generator writes', () => {
  const { migrations: missing, waiting } = planFolder(migrations, plan.specs)
  expect({ missing, waiting }).toEqual({ missing: [], waiting: [] })
  const names = readdirSync(migrations).filter((name) => statSync(join(migrations, name)).isDirectory())
  expect(names.map((name) => name.replace(/^\d+_/u, ''))).toEqual([
    'vectorizer_extension',
    'init',
    'vectorize_blog_post_content',
  ])
  const [extension, , vectorizer] = names.map((name) => readText(join(migrations, name, 'migration.sql')))
  expect(extension).toBe(emitExtension())
  expect(plan.specs.map((spec) => emitCreate(spec, { store: 'as wanted', secures: false }))).toEqual([vectorizer])
})

test('the typed module is up to date', () => {
  expect(readText(join(root, 'examples/docs-search/generated/vectorizer/index.ts'))).toBe(emitManifest(plan.specs))
})
