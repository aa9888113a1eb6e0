// What a database holds of pgai: its vectorizers, from the catalog `ai.vectorizer` of version 0.10 and later.
import { type Database, nearestName, VectorizerError } from '@prisma-vectorizer/spec'

/** A part of a vectorizer's configuration: what `ai.embedding_openai(...)` and its like return. */
export type PgaiPart = Readonly<Record<string, unknown>>

export interface PgaiConfig {
  readonly loading?: PgaiPart
  readonly parsing?: PgaiPart
  readonly embedding?: PgaiPart
  readonly chunking?: PgaiPart
  readonly indexing?: PgaiPart
  readonly formatting?: PgaiPart
  readonly scheduling?: PgaiPart
  readonly processing?: PgaiPart
  readonly destination?: PgaiPart
}

export interface PgaiVectorizer {
  readonly id: number
  readonly name: string
  readonly source: { readonly schema: string; readonly table: string }
  /** Columns of the source's primary key, in the order of the table. */
  readonly key: readonly string[]
  readonly queues: { readonly schema: string; readonly pending: string; readonly failed: string }
  readonly config: PgaiConfig
  readonly disabled: boolean
}

interface CatalogRow extends Record<string, unknown> {
  readonly id: number
  readonly name: string
  readonly source_schema: string
  readonly source_table: string
  readonly source_pk: readonly { readonly attname: string }[]
  readonly queue_schema: string
  readonly queue_table: string
  readonly queue_failed_table: string
  readonly config: PgaiConfig
  readonly disabled: boolean
}

const findCatalog = `SELECT
  to_regclass('ai.vectorizer') IS NOT NULL AS exists,
  (SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('ai.vectorizer') AND NOT attisdropped
    AND attname IN ('name', 'queue_failed_table', 'disabled')) = 3 AS known`

const readCatalog = `SELECT id, name::text, source_schema::text, source_table::text, source_pk, queue_schema::text,
  queue_table::text, queue_failed_table::text, config, disabled FROM ai.vectorizer ORDER BY id`

/** Those named, by name or id; all where none is named. Throws VZ514. */
export async function readInstallation(
  database: Database,
  names: readonly string[],
): Promise<readonly PgaiVectorizer[]> {
  const [catalog] = await database.query<{ exists: boolean; known: boolean }>(findCatalog)
  if (!catalog?.exists) {
    throw new VectorizerError('VZ514', {
      fact: 'The database has no table ai.vectorizer: pgai is not installed in it.',
      fix: 'Check that DATABASE_URL names the database that pgai works on.',
    })
  }
  if (!catalog.known) {
    throw new VectorizerError('VZ514', {
      fact: 'The catalog of pgai in this database is older than version 0.10.',
      why: 'Its vectorizers are described in another way.',
      fix: 'Bring it up to date first: `pip install pgai==0.12.1`, `pgai install -d <url>`.',
    })
  }
  const found = (await database.query<CatalogRow>(readCatalog)).map(fromRow)
  if (found.length === 0) {
    throw new VectorizerError('VZ514', {
      fact: 'pgai is installed, and has no vectorizer.',
      fix: 'There is nothing to take over: write a new annotation with @vectorizer.',
    })
  }
  if (names.length === 0) return found
  return [...new Set(names.map((name) => select(found, name)))]
}

const fromRow = (row: CatalogRow): PgaiVectorizer => ({
  id: row.id,
  name: row.name,
  source: { schema: row.source_schema, table: row.source_table },
  key: row.source_pk.map(({ attname }) => attname),
  queues: { schema: row.queue_schema, pending: row.queue_table, failed: row.queue_failed_table },
  config: row.config,
  disabled: row.disabled,
})

function select(found: readonly PgaiVectorizer[], name: string): PgaiVectorizer {
  const one = found.find((vectorizer) => vectorizer.name === name || String(vectorizer.id) === name)
  if (one) return one
  const names = found.map((vectorizer) => vectorizer.name)
  const nearest = nearestName(name, names)
  throw new VectorizerError('VZ514', {
    fact: `pgai has no vectorizer \`${name}\`.`,
    why: `It has ${found.map((vectorizer) => `${vectorizer.name} (${vectorizer.id})`).join(', ')}.`,
    fix: nearest === undefined ? 'Name one of these, or none for all.' : `Did you mean \`${nearest}\`?`,
  })
}

/** A value of a part as text or number; undefined where it is not there. */
export const textOf = (part: PgaiPart | undefined, key: string): string | undefined => {
  const value = part?.[key]
  return typeof value === 'string' ? value : undefined
}

export const numberOf = (part: PgaiPart | undefined, key: string): number | undefined => {
  const value = part?.[key]
  return typeof value === 'number' ? value : undefined
}

export const kindOf = (part: PgaiPart | undefined): string => textOf(part, 'implementation') ?? 'none'

/** Where the vectors are: a table of chunks with its view, or a column of the source. */
export function destinationOf({ source, config }: PgaiVectorizer) {
  const { destination } = config
  if (kindOf(destination) === 'column') {
    return { kind: 'column', ...source, column: textOf(destination, 'embedding_column') ?? 'embedding' } as const
  }
  return {
    kind: 'table',
    schema: textOf(destination, 'target_schema') ?? source.schema,
    table: textOf(destination, 'target_table') ?? `${source.table}_embedding_store`,
    column: 'embedding',
    view: textOf(destination, 'view_name') ?? null,
  } as const
}

export type Destination = ReturnType<typeof destinationOf>

/** `VZ515`, naming the vectorizer. */
export const notAdoptable = (
  { name }: Pick<PgaiVectorizer, 'name'>,
  detail: {
    readonly fact: string
    readonly why?: string | undefined
    readonly fix?: string | undefined
    readonly cause?: unknown
  },
) => new VectorizerError('VZ515', { ...detail, fact: `pgai's ${name}: ${detail.fact}` })
