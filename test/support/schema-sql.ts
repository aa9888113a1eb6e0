// The SQL that a schema's vectorizers become, without a Prisma process.
import type { AnySpec } from '@prisma-vectorizer/spec'
import type { History } from '../../packages/generator/src/migrations/history.ts'
import { planMigrations } from '../../packages/generator/src/migrations/plan.ts'
import { followTables, type Tables } from '../../packages/generator/src/migrations/tables.ts'
import { parseDatamodel } from '../../packages/generator/src/read/dmmf.ts'
import { scanSchema } from '../../packages/generator/src/read/scan-annotations.ts'
import { resolveSpecs } from '../../packages/generator/src/resolve/resolve-specs.ts'

const datasource = '\ndatasource db {\n  provider = "postgresql"\n}\n'

/** The vectorizers of one schema file; a datasource is added where there is none. */
export function specsOfSchema(text: string): readonly AnySpec[] {
  const content = /^datasource /mu.test(text) ? text : text + datasource
  const schema = scanSchema([{ path: 'schema.prisma', absolutePath: '/schema.prisma', content }])
  const datamodel = parseDatamodel(schema)
  if (!datamodel) throw new Error(`Prisma cannot read this schema:\n${text}`)
  return resolveSpecs(schema.annotations, datamodel)
}

/**
 * The SQL that brings a database with `tables` (the SQL that made them) and the vectorizers `before` to `wanted`, as the
 * migrations of one `prisma generate` in order.
 */
export function migrationSql(
  wanted: readonly AnySpec[],
  { tables: sql, before = [] }: { readonly tables: string; readonly before?: readonly AnySpec[] },
): string {
  const tables: Tables = new Map()
  const secured = new Set<string>()
  followTables(sql, tables, secured)
  const history: History = {
    migrations: [],
    createsExtension: before.length > 0,
    tables,
    secured,
    vectorizers: new Map(before.map((spec) => [spec.name, spec])),
  }
  const { migrations, waiting } = planMigrations(wanted, history)
  if (waiting.length > 0) throw new Error(`still waiting: ${waiting.map(({ until }) => until).join(', ')}`)
  return migrations.map((migration) => migration.sql).join('\n')
}
