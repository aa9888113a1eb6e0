// The pipeline: schema text → annotations → specs → derived models and migrations, each written only if it changed.
// Run by the generator and, before Prisma reads the schema, by withVectorizer.
import { join } from 'node:path'
import type { VectorizerSpec } from '@prisma-vectorizer/spec'
import { reconcileBackRelations } from './emit/back-relation.ts'
import { placeOf } from './emit/migration.ts'
import { emitStoreModels } from './emit/store-model.ts'
import { readHistory } from './migrations/history.ts'
import { planMigrations } from './migrations/plan.ts'
import { checkDatasource } from './read/datasource.ts'
import { type Datamodel, parseDatamodel } from './read/dmmf.ts'
import { type SchemaText, scanSchema } from './read/scan-annotations.ts'
import { derivedFileName, readSchema, type SchemaSource } from './read/schema-files.ts'
import { resolveSpecs } from './resolve/resolve-specs.ts'
import { removeIfThere, writeIfChanged, writeMigrations } from './write/write-files.ts'

export interface DerivedSchema {
  readonly specs: readonly VectorizerSpec[]
  /** Files of the schema that were written. */
  readonly written: readonly string[]
}

/**
 * Brings the derived models and back-relation lines of the schema at `schemaPath` up to date.
 * `datamodel` is Prisma's own, where there is one already; else the text is parsed. Returns undefined when Prisma
 * cannot read the schema (and will say so itself). Throws VZ1xx before anything is written.
 */
export function synchroniseSchema(schemaPath: string, datamodel?: Datamodel): DerivedSchema | undefined {
  const source = readSchema(schemaPath)
  const schema = scanSchema(source.files)
  if (schema.annotations.length === 0 && source.derived === '') return { specs: [], written: [] }
  const known = datamodel ?? (schema.annotations.length ? parseDatamodel(schema) : { models: [], enums: new Map() })
  if (!known) return undefined
  const own = withoutDerived(known, schema)
  if (schema.annotations.length > 0) checkDatasource(schema)
  const specs = resolveSpecs(schema.annotations, own)
  return { specs, written: writeSchema(source, schema, specs, own) }
}

function writeSchema(
  source: SchemaSource,
  schema: SchemaText,
  specs: readonly VectorizerSpec[],
  datamodel: Datamodel,
): readonly string[] {
  const derived = emitStoreModels(specs, datamodel, source.kind)
  const contents = new Map(reconcileBackRelations(specs, schema, source.derived))
  const written: string[] = []
  if (source.kind === 'file') {
    const own = contents.get(source.path) ?? source.files[0]?.content ?? ''
    contents.set(source.path, derived === '' ? own : `${own.trimEnd()}\n\n${derived}\n`)
  } else {
    const path = join(source.path, derivedFileName)
    if (derived === '') {
      if (removeIfThere(path)) written.push(path)
    } else contents.set(path, derived)
  }
  for (const [path, content] of contents) if (writeIfChanged(path, content)) written.push(path)
  return written
}

/** What Prisma parsed includes what we derived last time; only what the user wrote is input. */
function withoutDerived(datamodel: Datamodel, schema: SchemaText): Datamodel {
  const own = new Set(schema.blocks.map((block) => block.name))
  return { ...datamodel, models: datamodel.models.filter((model) => own.has(model.name)) }
}

/** Writes the migrations that `specs` still need into `folder`. Returns lines for the terminal; empty when in step. */
export function synchroniseMigrations(
  folder: string,
  specs: readonly VectorizerSpec[],
  now = new Date(),
): readonly string[] {
  const history = readHistory(folder)
  const { migrations, waiting } = planMigrations(specs, history)
  const paths = writeMigrations(folder, history.migrations, migrations, now)
  return [
    ...paths.map((path, index) => `wrote ${path}: ${migrations[index]?.summary}`),
    ...waiting.map(
      (spec) =>
        `${placeOf(spec)} waits for a migration that creates "${spec.source.table}": run \`prisma migrate dev\`, then \`prisma generate\`, then \`prisma migrate dev\` again`,
    ),
    ...(paths.length > 0 && waiting.length === 0 ? ['apply with `prisma migrate dev` (or `migrate deploy`)'] : []),
  ]
}
