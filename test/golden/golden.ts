// What the generator makes of one fixture: the schema as it leaves it, the typed module, the migration; and how the
// module's types are checked.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AnySpec } from '@prisma-vectorizer/spec'
import { emitManifest } from '../../packages/generator/src/emit/manifest.ts'
import { planSchema } from '../../packages/generator/src/synchronise.ts'
import { migrationSql } from '../support/schema-sql.ts'
import { emitTypeTest } from './type-test.ts'

const fixtures = fileURLToPath(new URL('fixtures/', import.meta.url))

export interface Golden {
  readonly name: string
  readonly folder: string
  /** The schema's file or folder, as Prisma is given it. */
  readonly schemaPath: string
  /** Why its migration is only parsed: what the schema says behind `// Not applied:`. */
  readonly notApplied: string | undefined
}

/** Each folder of `fixtures/` holds a `schema.prisma`, or several files in `schema/`; what is expected is in `expected/`. */
export const goldens: readonly Golden[] = readdirSync(fixtures).map((name) => {
  const folder = join(fixtures, name)
  const several = statSync(join(folder, 'schema'), { throwIfNoEntry: false })
  const schemaPath = join(folder, several ? 'schema' : 'schema.prisma')
  const text = Object.values(readSchemaFiles(schemaPath)).join('\n')
  return { name, folder, schemaPath, notApplied: /^\/\/ Not applied: (.*)$/mu.exec(text)?.[1] }
})

export interface GoldenPlan {
  readonly specs: readonly AnySpec[]
  /** The schema's files by their path in the fixture's folder, with what was derived. */
  readonly schema: Readonly<Record<string, string>>
}

export function planGolden({ name, folder, schemaPath }: Golden): GoldenPlan {
  const plan = planSchema(schemaPath)
  if (!plan) throw new Error(`Prisma cannot read the schema of ${name}`)
  const schema = { ...readSchemaFiles(schemaPath) }
  for (const [path, content] of plan.contents) {
    if (content !== null) schema[relative(folder, path).replaceAll('\\', '/')] = content
  }
  return { specs: plan.specs, schema }
}

/** Prisma's own SQL: of the fixture's models, and of what the generator added to them. */
export interface PrismaSql {
  readonly tables: string
  readonly store: string
}

/** Path in `expected/` → content, for all that the generator makes. */
export const goldenFiles = ({ specs, schema }: GoldenPlan, sql: PrismaSql): Readonly<Record<string, string>> => ({
  ...schema,
  'index.ts': emitManifest(specs),
  'types.ts': emitTypeTest(specs, isJavascriptClient(schema) ? './client/index.js' : './client/client.ts'),
  'migration.sql': migrationSql(specs, { tables: presupposed(specs, sql) }),
})

/** What the migration finds: tables of chunks it makes itself, a field of vectors is Prisma's to add. */
export const presupposed = (specs: readonly AnySpec[], { tables, store }: PrismaSql): string =>
  specs.some((spec) => spec.store.kind === 'column') ? tables + store : tables

const isJavascriptClient = (schema: Readonly<Record<string, string>>): boolean =>
  Object.values(schema).some((text) => text.includes('"prisma-client-js"'))

export const readExpected = ({ folder }: Golden, path: string): string =>
  readFileSync(join(folder, 'expected', path), 'utf8').replaceAll('\r\n', '\n')

/** The schema's files by their path in the fixture's folder. */
export function readSchemaFiles(schemaPath: string): Record<string, string> {
  const root = join(schemaPath, '..')
  const paths = statSync(schemaPath).isDirectory()
    ? readdirSync(schemaPath, { recursive: true, encoding: 'utf8' }).map((path) => join(schemaPath, path))
    : [schemaPath]
  return Object.fromEntries(
    paths
      .filter((path) => path.endsWith('.prisma'))
      .map((path) => [relative(root, path).replaceAll('\\', '/'), readFileSync(path, 'utf8')]),
  )
}
