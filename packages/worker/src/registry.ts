// The vectorizers of a database, checked against the tables they were made for. One that does not fit is set aside
// with its error; the others work on.
import {
  completeSpec,
  type Database,
  filterColumns,
  InternalError,
  isVectorizerError,
  objectNames,
  type Queryable,
  type Row,
  type SqlQuery,
  specVersion,
  storeColumns,
  VectorizerError,
  type VectorizerSpec,
  vectorColumn,
} from '@prisma-vectorizer/spec'
import type { ChunkerContext } from './pipeline/chunk.ts'
import { misfit, registryForbidden, rowsHidden, unknownVersion } from './set-aside.ts'
import { type RegistryRow, type RegistryState, readRegistry, registryExists } from './sql/read-registry.ts'
import { compileVectorizer, labelOf, type TableName, type Vectorizer } from './vectorizer.ts'

export interface BrokenVectorizer {
  readonly label: string
  readonly name: string
  readonly error: VectorizerError
  /** Its vectors are the application's to bring: nothing that a worker would do. */
  readonly ownVectors: boolean
}

export interface Registry {
  readonly vectorizers: readonly Vectorizer[]
  readonly broken: readonly BrokenVectorizer[]
}

export interface RegistryReader {
  /**
   * No embedder makes the vectors of a vectorizer without a model: what a worker would need of its tables is not asked for.
   * Default false.
   */
  readonly bringsVectors?: boolean
  /** Whether, and with what, documents are chunked. Default: they are not, so nothing is missed that would be needed. */
  readonly chunking?: ChunkerContext | undefined
}

/**
 * Throws VZ507 when the database fails. Reads it again on every call, but compiles a splitter only when its registry row
 * has changed.
 */
export function createRegistryReader(database: Database, reader: RegistryReader = {}): () => Promise<Registry> {
  let compiled = new Map<string, Vectorizer | BrokenVectorizer>()

  async function readAll(): Promise<Registry> {
    const rows = await queryRegistry<RegistryRow & Row>(database, readRegistry)
    const fresh = new Map<string, Vectorizer | BrokenVectorizer>()
    for (const row of rows) {
      const key = JSON.stringify(row)
      fresh.set(key, compiled.get(key) ?? read(row, reader))
    }
    compiled = fresh
    const entries = [...fresh.values()]
    return {
      vectorizers: entries.filter((entry): entry is Vectorizer => !('error' in entry)),
      broken: entries.filter((entry): entry is BrokenVectorizer => 'error' in entry),
    }
  }

  return () => readAll().catch((cause: unknown) => Promise.reject(unreadable(cause)))
}

/**
 * Reads only the vectorizers named. Throws VZ503 while a name is unknown that was never known: one that is dropped
 * while the worker runs is simply gone. An empty registry is no error: its migration may be on the way.
 */
export function selecting(readAll: () => Promise<Registry>, names: readonly string[] | undefined) {
  if (names === undefined || names.length === 0) return readAll
  let checked = false
  const isNamed = ({ label, name }: { readonly label: string; readonly name: string }) =>
    names.includes(label) || names.includes(name)

  return async (): Promise<Registry> => {
    const { vectorizers, broken } = await readAll()
    const all = [...vectorizers, ...broken]
    if (!checked && all.length > 0) {
      for (const name of names) findVectorizer(all, name)
      checked = true
    }
    return { vectorizers: vectorizers.filter(isNamed), broken: broken.filter(isNamed) }
  }
}

/** Throws VZ503 when `name` is neither the label nor the registry name of one of `known`. */
export function findVectorizer<T extends { readonly label: string; readonly name: string }>(
  known: readonly T[],
  name: string,
): T {
  const found = known.find((vectorizer) => vectorizer.label === name || vectorizer.name === name)
  if (found) return found
  throw new VectorizerError('VZ503', {
    fact: `The database has no vectorizer \`${name}\`.`,
    fix: known.length === 0 ? undefined : `It has: ${known.map(({ label }) => label).join(', ')}.`,
  })
}

function read(row: RegistryRow, { bringsVectors = false, chunking }: RegistryReader): Vectorizer | BrokenVectorizer {
  const spec = (typeof row.spec === 'string' ? JSON.parse(row.spec) : row.spec) as VectorizerSpec
  const ownVectors = bringsVectors && spec.model === null
  try {
    if (spec.version !== specVersion) throw unknownVersion(row.name, spec.version)
    return compile(row, completeSpec(spec), ownVectors, chunking)
  } catch (error) {
    if (!isVectorizerError(error)) throw error
    return { label: spec.version === specVersion ? labelOf(spec) : row.name, name: row.name, error, ownVectors }
  }
}

function compile(
  row: RegistryRow,
  spec: VectorizerSpec,
  ownVectors: boolean,
  chunking: ChunkerContext | undefined,
): Vectorizer {
  const { source_schema, source_table, store_schema, store_table } = row
  if (source_table === null || source_schema === null)
    throw misfit(spec, `its table \`${spec.source.table}\` was dropped`)
  if (store_table === null || store_schema === null) throw misfit(spec, `its store \`${spec.store.table}\` was dropped`)
  if (row.vector_oid === null || row.vector_schema === null) throw misfit(spec, 'the extension `vector` was dropped')
  const source = { schema: source_schema, table: source_table }
  const store = { schema: store_schema, table: store_table }
  if (!ownVectors) assertWorkable(row, spec, source, store)
  return compileVectorizer(spec, {
    source,
    store,
    vectorSchema: row.vector_schema,
    vectorTypeOid: row.vector_oid,
    paused: row.paused,
    textType: row.text_type,
    registered: typeof row.spec === 'string' ? row.spec : JSON.stringify(row.spec),
    chunking: ownVectors ? undefined : chunking,
  })
}

/** Throws VZ504 and VZ511. */
function assertWorkable(row: RegistryRow, spec: VectorizerSpec, source: TableName, store: TableName): void {
  const { key, text, templateColumns, filter } = spec.source
  const read = [...key, text, ...templateColumns, ...filterColumns(filter)].map(({ column }) => column)
  const written =
    spec.store.kind === 'column'
      ? [vectorColumn(spec.store)]
      : [...key.map(({ storeColumn }) => storeColumn), ...Object.values(storeColumns)]
  const missing =
    missingColumn(source.table, read, row.source_columns) ?? missingColumn(store.table, written, row.store_columns)
  if (missing) throw misfit(spec, missing)
  if (!row.vectorizer_tables?.includes(objectNames(spec).queue)) throw misfit(spec, 'its queue was dropped')
  if (row.store_dimensions !== spec.dimensions) {
    throw misfit(spec, `its store holds vectors of ${row.store_dimensions} dimensions, not ${spec.dimensions}`)
  }
  if (row.source_hidden) throw rowsHidden(spec, row.role, source)
  if (row.store_hidden) throw rowsHidden(spec, row.role, store)
}

function missingColumn(
  table: string,
  wanted: readonly string[],
  present: readonly string[] | null,
): string | undefined {
  const column = wanted.find((name) => !present?.includes(name))
  return column && `\`${table}\` has no column \`${column}\``
}

/** The rows of `query`, none where the database has no registry. Throws VZ507 where it cannot be read. */
export async function queryRegistry<R extends Row>(database: Queryable, query: SqlQuery): Promise<readonly R[]> {
  try {
    const [schema] = await database.query<RegistryState & Row>(registryExists.text)
    if (!schema?.installed) return []
    if (!schema.readable) throw registryForbidden(schema.role)
    return await database.query<R>(query.text, query.values)
  } catch (cause) {
    throw unreadable(cause)
  }
}

function unreadable(cause: unknown): unknown {
  if (!(cause instanceof Error) || isVectorizerError(cause) || cause instanceof InternalError) return cause
  return new VectorizerError('VZ507', {
    fact: 'The registry of vectorizers cannot be read.',
    why: cause.message,
    fix: 'Check the connection, and that its user may use the schema `vectorizer` and its tables.',
    cause,
  })
}
