// What recall can be measured of: vectorizers and vector fields, as the registry has them, with their stores' names.
import {
  type AnySpec,
  completeSpec,
  type Queryable,
  quoteTable,
  type Row,
  specVersion,
  VectorizerError,
  vectorizerSchema,
} from '@prisma-vectorizer/spec'
import { findVectorizer, queryRegistry } from '../registry.ts'
import { noVectorizers } from '../report.ts'
import { unknownVersion } from '../set-aside.ts'

export interface RecallTarget {
  /** `BlogPost.contentEmbeddings`, or `Photo.embedding` for a vector field. */
  readonly label: string
  readonly spec: AnySpec
  /** Quoted, as the table is named today. */
  readonly store: string
  /** Where the extension lives: it need not be on the search path. */
  readonly vectorSchema: string
  /** Whether its model has other vectors, so that a search must name these. */
  readonly oneOfSeveral: boolean
}

interface TargetRow {
  readonly name: string
  readonly spec: AnySpec
  readonly store_schema: string | null
  readonly store_table: string | null
  readonly vector_schema: string | null
}

// The worker's own reader leaves vector fields out, and sets aside what cannot be embedded, which may well be searched.
const readTargets = {
  text: `SELECT
  registry.name,
  registry.spec,
  store_schema.nspname::text AS store_schema,
  store.relname::text AS store_table,
  vector_schema.nspname::text AS vector_schema
FROM ${vectorizerSchema}.vectorizer AS registry
LEFT JOIN pg_catalog.pg_class AS store ON store.oid = registry.store
LEFT JOIN pg_catalog.pg_namespace AS store_schema ON store_schema.oid = store.relnamespace
LEFT JOIN pg_catalog.pg_extension AS extension ON extension.extname = 'vector'
LEFT JOIN pg_catalog.pg_namespace AS vector_schema ON vector_schema.oid = extension.extnamespace
ORDER BY registry.name`,
  values: [],
}

/**
 * The one called `name`, by label or by registry name; without a name the only one there is. Throws VZ502 (there is
 * none), VZ503 (unknown), VZ506 (several, and none was named), VZ504 or VZ505 (it is not usable), VZ507 (the registry cannot be read).
 */
export async function findTarget(database: Queryable, name: string | undefined): Promise<RecallTarget> {
  const rows = await queryRegistry<TargetRow & Row>(database, readTargets)
  const known = rows.map((row) => ({ name: row.name, label: labelOf(row), row }))
  const [first] = known
  if (!first) throw noVectorizers()
  if (name === undefined && known.length > 1) throw unnamed(known.map(({ label }) => label))
  const { row, label } = name === undefined ? first : findVectorizer(known, name)
  const { store_schema: schemaName, store_table: table, vector_schema: vectorSchema } = row
  if (row.spec.version !== specVersion) throw unknownVersion(row.name, row.spec.version)
  const spec = completeSpec(row.spec)
  if (schemaName === null || table === null) throw gone(label, `its store \`${spec.store.table}\` was dropped`)
  if (vectorSchema === null) throw gone(label, 'the extension `vector` was dropped')
  const ofModel = rows.filter((other) => other.spec.source?.model === spec.source.model)
  const store = quoteTable({ schema: schemaName, table })
  return { label, spec, store, vectorSchema, oneOfSeveral: ofModel.length > 1 }
}

const labelOf = ({ name, spec }: TargetRow) =>
  spec.version === specVersion ? `${spec.source.model}.${spec.accessor}` : name

function unnamed(labels: readonly string[]): VectorizerError {
  return new VectorizerError('VZ506', {
    fact: `The database has ${labels.length} vectorizers and vector fields, and none is named.`,
    fix: `Write \`prisma-vectorizer recall ${labels[0]}\`. It has: ${labels.join(', ')}.`,
  })
}

function gone(label: string, fact: string): VectorizerError {
  return new VectorizerError('VZ504', {
    fact: `${label}: ${fact}.`,
    why: 'A migration has changed the tables since the vectorizer was made.',
    fix: 'Run `prisma generate`, then apply the migration it writes.',
  })
}
