// Where the vectors go: the spec, given or found in the registry, and what this database calls its parts.
import {
  type AnySpec,
  completeSpec,
  quoteTable,
  type Row,
  specVersion,
  VectorizerError,
  vectorizerSchema,
} from '@prisma-vectorizer/spec'
import type { OpenedDatabase } from '../database/open-database.ts'
import { findVectorizer, queryRegistry } from '../registry.ts'
import { unknownVersion } from '../set-aside.ts'
import type { LoadSubject } from './row-types.ts'
import type { VectorOids } from './vector-form.ts'

export interface LoadTarget {
  readonly spec: AnySpec
  /** For people: `BlogPost.contentEmbeddings`. */
  readonly label: string
  /** Quoted. */
  readonly source: string
  /** The source itself where the vectors are a column of it. */
  readonly store: string
  /** Where the extension lives: it need not be on the search path. */
  readonly vectorSchema: string
  readonly oids: VectorOids
  /** Whether a `Buffer` is taken as a binary parameter. */
  readonly binary: boolean
}

/** Throws VZ503 (no such name), VZ505 (a spec of another version), VZ306 (neither name nor spec), VZ307 and VZ507. */
export async function findTarget({ database, binary }: OpenedDatabase, subject: LoadSubject): Promise<LoadTarget> {
  const found = typeof subject === 'string' ? await findByName(database, subject) : fromSpec(subject)
  const [extension] = await database.query<ExtensionRow>(findExtension)
  const place = { ...found, label: labelOf(found.spec) }
  if (!extension?.vector) throw lacking(place.label, 'has no extension `vector`')
  const { schema, vector, sparsevec } = extension
  return { ...place, vectorSchema: schema, oids: { vector, sparsevec: sparsevec ?? 0 }, binary }
}

/** VZ307. */
export function lacking(label: string, fact: string, cause?: unknown): VectorizerError {
  return new VectorizerError('VZ307', {
    fact: `${label}: the database ${fact}.`,
    fix: 'Run `npx prisma migrate deploy` (or `npx prisma-vectorizer push`) on this database.',
    cause,
  })
}

const labelOf = ({ source, accessor }: AnySpec): string => `${source.model}.${accessor}`

type ExtensionRow = { readonly schema: string; readonly vector: number; readonly sparsevec: number | null }

const findExtension = `SELECT
  quote_ident(nspname) AS schema,
  (SELECT oid::int FROM pg_catalog.pg_type WHERE typname = 'vector' AND typnamespace = extnamespace) AS vector,
  (SELECT oid::int FROM pg_catalog.pg_type WHERE typname = 'sparsevec' AND typnamespace = extnamespace) AS sparsevec
FROM pg_catalog.pg_extension JOIN pg_catalog.pg_namespace ON pg_namespace.oid = extnamespace
WHERE extname = 'vector'`

type Found = Pick<LoadTarget, 'spec' | 'source' | 'store'>

function fromSpec(spec: AnySpec): Found {
  const isSpec = typeof spec === 'object' && spec !== null && (spec.kind === 'vectorizer' || spec.kind === 'vector')
  if (!isSpec) {
    throw new VectorizerError('VZ306', {
      fact: 'loadEmbeddings: `vectorizer` is neither a name nor a vectorizer of the manifest.',
      fix: "Pass `manifest.vectorizers[0]` of the generated module, or a name: 'BlogPost.contentEmbeddings'.",
    })
  }
  if (spec.version !== specVersion) throw unknownVersion(spec.name, spec.version)
  return { spec, source: quoteTable(spec.source), store: quoteTable(spec.store) }
}

interface NamedRow {
  readonly name: string
  readonly spec: AnySpec | string
  /** Quoted as the search path needs it; only a number where the table was dropped. */
  readonly source: string
  readonly store: string
}

async function findByName(database: OpenedDatabase['database'], name: string): Promise<Found> {
  const rows = await queryRegistry<NamedRow & Row>(database, names)
  const known = rows.map((row) => {
    const spec = (typeof row.spec === 'string' ? JSON.parse(row.spec) : row.spec) as AnySpec
    return { ...row, spec, label: spec.version === specVersion ? labelOf(spec) : row.name }
  })
  const { spec, label, source, store, name: registered } = findVectorizer(known, name)
  if (spec.version !== specVersion) throw unknownVersion(registered, spec.version)
  for (const [table, now] of [
    [spec.source.table, source],
    [spec.store.table, store],
  ] as const) {
    if (/^\d+$/u.test(now)) throw lacking(label, `no longer has the table \`${table}\``)
  }
  return { spec: completeSpec(spec), source, store }
}

const names = {
  text: `SELECT name, spec, source::text AS source, store::text AS store FROM ${vectorizerSchema}.vectorizer ORDER BY name`,
  values: [],
}
