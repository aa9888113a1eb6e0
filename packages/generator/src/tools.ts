// What the `prisma-vectorizer` commands that work on a schema need of the generator. Not for applications: it changes
// with them.
export { defaultMigrations, migrationsVariable } from './config.ts'
export { emitAdopt } from './emit/adopt.ts'
export {
  applicationGrants,
  applicationRights,
  type Right,
  rightText,
  workerGrants,
  workerRights,
} from './emit/grants.ts'
export { queueKeyType } from './emit/known-columns.ts'
export { LineEdits } from './emit/line-edits.ts'
export { placeOf } from './emit/migration.ts'
export { sqlNames, vectorNames } from './emit/sql-names.ts'
export { indexParameters } from './emit/vector-index.ts'
export { type ExpectedFunction, expectedFunctions } from './expected/functions.ts'
export { repairs } from './expected/repairs.ts'
export { type ExpectedTable, expectedTables } from './expected/tables.ts'
export { changeBetween } from './migrations/change.ts'
export { type Cost, countCost, describeCost } from './migrations/cost.ts'
export { readDatabaseHistory } from './migrations/database-history.ts'
export { downMigration } from './migrations/down.ts'
export type { History } from './migrations/history.ts'
export { readHistory } from './migrations/history.ts'
export { type Plan, type PlannedMigration, planMigrations } from './migrations/plan.ts'
export { isOtherType } from './migrations/sql-types.ts'
export { tableKey } from './migrations/tables.ts'
export { readDatasourceSchemas } from './read/datasource-schemas.ts'
export { parseDatamodel } from './read/dmmf.ts'
export { findMigrations, findSchema } from './read/prisma-paths.ts'
export { scanSchema } from './read/scan-annotations.ts'
export { readSchema, shownPath } from './read/schema-files.ts'
export { renderSql } from './sql/render.ts'
export {
  planFolder,
  planSchema,
  planSource,
  type SchemaPlan,
  writeFolder,
  writeSchema,
} from './synchronise.ts'
export { migrationPaths, writeMigrations } from './write/write-files.ts'
