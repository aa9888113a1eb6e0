// Plans against histories that are given as SQL.
import type { AnySpec, VectorizerSpec } from '@prisma-vectorizer/spec'
import { expect } from 'vitest'
import type { History } from '../../src/migrations/history.ts'
import { type PlannedMigration, planMigrations } from '../../src/migrations/plan.ts'
import { followTables, type Tables } from '../../src/migrations/tables.ts'

export const parentTable = 'CREATE TABLE "BlogPost" ("id" SERIAL NOT NULL, "title" TEXT, "content" TEXT NOT NULL);'
export const storeTable = 'CREATE TABLE "BlogPost_embedding_store" ("id" INTEGER, "embedding" vector(3) NOT NULL);'

export function historyOf(vectorizers: readonly AnySpec[], sql = parentTable + storeTable): History {
  const tables: Tables = new Map()
  const secured = new Set<string>()
  followTables(sql, tables, secured)
  return {
    migrations: ['20260101000000_init'],
    createsExtension: true,
    tables,
    secured,
    vectorizers: new Map(vectorizers.map((spec) => [spec.name, spec])),
  }
}

/** The one migration from `before` to `after`, over the tables that `sql` makes. */
export function change(before: VectorizerSpec, after: VectorizerSpec, sql?: string): PlannedMigration {
  const { migrations, waiting } = planMigrations([after], historyOf([before], sql))
  expect(waiting).toEqual([])
  expect(migrations).toHaveLength(1)
  return migrations[0] as PlannedMigration
}

/** Which statements a migration has, by their first words. */
export const statements = (sql: string): string[] => [
  ...new Set(
    [
      ...sql.matchAll(
        /^(CREATE OR REPLACE FUNCTION|[A-Z]+ (?:TABLE|INDEX|TRIGGER|SCHEMA|INTO|VIEW|POLICY)|TRUNCATE|DELETE|UPDATE)\b/gmu,
      ),
    ].map(([words]) => words),
  ),
]
