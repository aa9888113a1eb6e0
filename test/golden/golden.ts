// What the generator makes of one fixture: the schema as it leaves it, the migration, the typed module.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { VectorizerSpec } from '@prisma-vectorizer/spec'
import { emitManifest } from '../../packages/generator/src/emit/manifest.ts'
import { planSchema } from '../../packages/generator/src/synchronise.ts'
import { migrationSql } from '../support/schema-sql.ts'

const fixtures = fileURLToPath(new URL('fixtures/', import.meta.url))

export interface Golden {
  readonly name: string
  readonly folder: string
  /** The schema's file or folder, as Prisma is given it. */
  readonly schemaPath: string
}

/** Each folder of `fixtures/` holds a `schema.prisma`, or several files in `schema/`; what is expected is in `expected/`. */
export const goldens: readonly Golden[] = readdirSync(fixtures).map((name) => {
  const folder = join(fixtures, name)
  const several = statSync(join(folder, 'schema'), { throwIfNoEntry: false })
  return { name, folder, schemaPath: join(folder, several ? 'schema' : 'schema.prisma') }
})

export interface GoldenOutput {
  readonly specs: readonly VectorizerSpec[]
  /** Path in `expected/` → content, for all that the generator makes. */
  readonly files: Readonly<Record<string, string>>
}

/** `tables`: Prisma's own SQL for the fixture's models, which the migration presupposes. */
export function generateGolden({ folder, schemaPath }: Golden, tables: string): GoldenOutput {
  const plan = planSchema(schemaPath)
  if (!plan) throw new Error(`Prisma cannot read ${schemaPath}`)
  const schema = { ...readSchemaFiles(schemaPath) }
  for (const [path, content] of plan.contents) if (content !== null) schema[relative(folder, path)] = content
  return {
    specs: plan.specs,
    files: {
      ...Object.fromEntries(Object.entries(schema).map(([path, content]) => [path.replaceAll('\\', '/'), content])),
      'index.ts': emitManifest(plan.specs),
      'migration.sql': migrationSql(plan.specs, { tables }),
    },
  }
}

export const readExpected = ({ folder }: Golden, path: string): string =>
  readFileSync(join(folder, 'expected', path), 'utf8').replaceAll('\r\n', '\n')

/** The schema's files by their path in the fixture's folder. */
export function readSchemaFiles(schemaPath: string): Record<string, string> {
  const root = join(schemaPath, '..')
  const paths = statSync(schemaPath).isDirectory()
    ? readdirSync(schemaPath, { recursive: true, encoding: 'utf8' }).map((path) => join(schemaPath, path))
    : [schemaPath]
  return Object.fromEntries(
    paths.filter((path) => path.endsWith('.prisma')).map((path) => [relative(root, path), readFileSync(path, 'utf8')]),
  )
}
