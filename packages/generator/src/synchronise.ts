// The pipeline: schema text → annotations → specs → derived models and migrations. First everything is planned, which is
// where every error is thrown; then it is written, and only what changed.
// Run by the generator and, before Prisma reads the schema, by withVectorizer.
import { join } from 'node:path'
import type { AnySpec } from '@prisma-vectorizer/spec'
import { namedRole } from './config.ts'
import { reconcileBackRelations } from './emit/back-relation.ts'
import { placeOf } from './emit/migration.ts'
import { emitStoreModels } from './emit/store-model.ts'
import { type History, readHistory } from './migrations/history.ts'
import { type Plan, planMigrations } from './migrations/plan.ts'
import { checkDatasource } from './read/datasource.ts'
import { isVectorIndexLine } from './read/declared-index.ts'
import { type Datamodel, type DmmfDatamodel, parseDatamodel, readDmmf } from './read/dmmf.ts'
import { type GeneratorBlock, readGeneratorBlock } from './read/generator-block.ts'
import { type SchemaText, scanSchema } from './read/scan-annotations.ts'
import { derivedFileName, lineEndOf, readSchema, type SchemaSource, shownPath } from './read/schema-files.ts'
import { resolveSpecs } from './resolve/resolve-specs.ts'
import { removeIfThere, writeIfChanged, writeMigrations } from './write/write-files.ts'

export interface SchemaPlan {
  readonly specs: readonly AnySpec[]
  /** What each file of the schema that is touched shall hold, by absolute path; null removes it. */
  readonly contents: ReadonlyMap<string, string | null>
  /** What the generator block says; undefined where there is none of ours. */
  readonly generator: GeneratorBlock | undefined
}

export interface MigrationsPlan extends Plan {
  readonly folder: string
  readonly history: History
}

/**
 * The derived models and back-relation lines of the schema at `schemaPath`. `dmmf` is Prisma's own, where there is one
 * already; else the text is parsed. Undefined when Prisma cannot read the schema (and will say so itself). Throws VZ1xx.
 */
export const planSchema = (schemaPath: string, dmmf?: DmmfDatamodel): SchemaPlan | undefined =>
  planSource(readSchema(schemaPath), dmmf)

/** As `planSchema`, of text that may not be written yet. */
export function planSource(source: SchemaSource, dmmf?: DmmfDatamodel): SchemaPlan | undefined {
  const schema = scanSchema(source.files)
  if (schema.annotations.length === 0 && source.derived === '' && !declaresVectorIndex(schema)) {
    return { specs: [], contents: new Map(), generator: readGeneratorBlock(schema) }
  }
  const known = dmmf ? readDmmf(dmmf, schema) : parseDatamodel(schema)
  if (!known) return undefined
  const own = withoutDerived(known, schema)
  if (schema.annotations.length > 0) checkDatasource(schema)
  const generator = readGeneratorBlock(schema)
  const roles = {
    worker: generator?.roles.worker ?? namedRole('worker'),
    application: generator?.roles.application ?? namedRole('application'),
  }
  const specs = resolveSpecs(schema.annotations, own, roles)
  return { specs, contents: derivedContents(source, schema, specs, own), generator }
}

/** The migrations in `folder` that `specs` still need. Throws VZ2xx. */
export function planFolder(folder: string, specs: readonly AnySpec[]): MigrationsPlan {
  const history = readHistory(folder)
  return { folder, history, ...planMigrations(specs, history) }
}

/** Paths of the files written or removed, as messages show them. */
export function writeSchema({ contents }: Pick<SchemaPlan, 'contents'>): readonly string[] {
  return [...contents]
    .filter(([path, content]) => (content === null ? removeIfThere(path) : writeIfChanged(path, content)))
    .map(([path]) => shownPath(path))
}

/** Lines for the terminal; empty when in step. */
export function writeFolder({ folder, history, migrations, waiting }: MigrationsPlan, now = new Date()) {
  const paths = writeMigrations(folder, history.migrations, migrations, now)
  return [
    ...paths.map((path, index) => `wrote ${shownPath(path)}: ${migrations[index]?.summary}`),
    ...waiting.map(
      ({ spec, until }) =>
        `${placeOf(spec)} waits for a migration that ${until}: run \`prisma migrate dev\`, then \`prisma generate\`, then \`prisma migrate dev\` again`,
    ),
    ...(paths.length > 0 && waiting.length === 0 ? ['apply with `prisma migrate dev` (or `migrate deploy`)'] : []),
  ]
}

function derivedContents(
  source: SchemaSource,
  schema: SchemaText,
  specs: readonly AnySpec[],
  datamodel: Datamodel,
): ReadonlyMap<string, string | null> {
  const derived = emitStoreModels(specs, datamodel, source.kind)
  const contents = new Map<string, string | null>(reconcileBackRelations(specs, schema, source.derived))
  if (source.kind === 'file') {
    const own = contents.get(source.path) ?? source.files[0]?.content ?? ''
    const end = lineEndOf(own)
    contents.set(source.path, derived === '' ? own : [own.trimEnd(), '', ...derived.split('\n'), ''].join(end))
  } else {
    contents.set(join(source.path, derivedFileName), derived === '' ? null : derived)
  }
  return contents
}

/** Of an annotation that is gone, perhaps: Prisma would make it a btree. */
const declaresVectorIndex = (schema: SchemaText): boolean =>
  schema.blocks.some((block) => block.attributes.some(({ text }) => isVectorIndexLine(text)))

/** What Prisma parsed includes what we derived last time; only what the user wrote is input. */
function withoutDerived(datamodel: Datamodel, schema: SchemaText): Datamodel {
  const own = new Set(schema.blocks.map((block) => block.name))
  return { ...datamodel, models: datamodel.models.filter((model) => own.has(model.name)) }
}
