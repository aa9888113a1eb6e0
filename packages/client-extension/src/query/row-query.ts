// More like this: the row that a search starts from, and the vector that stands for it.
import { quoteIdentifier, quoteTable, storeColumns, VectorizerError, vectorColumn } from '@prisma-vectorizer/spec'
import { keyFields, type Searchable } from '../find-similar/search-target.ts'
import type { ModelConnection } from '../prisma/connection.ts'
import { readers } from '../reading/vector-reading.ts'
import { keyParameter, keyRows, type RowKey, readKey } from '../scope/row-key.ts'
import { oneOrRow } from '../scope/scope-condition.ts'
import { withKey } from '../scope/shown-key.ts'
import { uniqueFilter } from '../scope/unique-filter.ts'
import type { QueryValue } from './query-vector.ts'

export interface RowQuery {
  readonly key: RowKey
  readonly vector: QueryValue
}

/** Rejects with VZ308 when the caller cannot see such a row, or nothing of it is embedded. */
export async function rowQuery(
  connection: ModelConnection,
  search: Searchable,
  to: Readonly<Record<string, unknown>>,
  where: string,
): Promise<RowQuery> {
  const fields = keyFields(search)
  const names = fields.map(({ field }) => field)
  const model = search.results === 'chunks' ? search.spec.store.model : search.spec.source.model
  const rows = (await connection.findMany({
    where: uniqueFilter(to, model, connection.client, where),
    take: 2,
    ...withKey({}, names, connection.globallyOmitted).shown,
  })) as readonly Record<string, unknown>[]
  const [row, another] = rows
  if (!row || another) throw notOneRow(where, rows.length)
  const key = readKey(row, names)
  const [stored] = await connection.run(vectorOfRow(connection, search, key))
  const text = stored?.['vector']
  if (typeof text === 'string') return { key, vector: readers[search.spec.type](text) }
  throw new VectorizerError('VZ308', {
    fact: `${where}: the row that \`to\` names has no embedding.`,
    why: 'The worker has not embedded it yet, or its text is empty.',
    fix: 'Run `npx prisma-vectorizer worker --once`, or search for the row’s text.',
  })
}

/** pgvector has a mean of `vector` and `halfvec`; of the other types the row's first chunk stands for it. */
function vectorOfRow({ schema }: ModelConnection, search: Searchable, key: RowKey) {
  const { spec, results } = search
  const fields = keyFields(search)
  const vector = `c.${quoteIdentifier(vectorColumn(spec.store))}`
  const mean = results === 'parents' && (spec.type === 'vector' || spec.type === 'halfvec')
  const first = results === 'parents' && !mean ? ` order by c.${quoteIdentifier(storeColumns.chunkSeq)} limit 1` : ''
  const columns = fields.map(({ storeColumn }) => `c.${quoteIdentifier(storeColumn)}`)
  const names = fields.map((_, part) => `k.key_${part}`).join(', ')
  const store = quoteTable({ schema: spec.store.schema ?? schema, table: spec.store.table })
  return {
    text: `select (${mean ? `avg(${vector})` : vector})::text as vector from ${store} c
where ${oneOrRow(columns)} in (select ${names} from ${keyRows('$1', fields)})${first}`,
    values: [keyParameter([key], fields)],
  }
}

function notOneRow(where: string, found: number): VectorizerError {
  return new VectorizerError('VZ308', {
    fact: `${where}: ${found === 0 ? 'no row' : 'more than one row'} is what \`to\` names.`,
    why: found === 0 ? 'It does not exist, or findMany on this client does not show it.' : undefined,
    fix: 'Name a row by its key or another unique field, as for findUnique.',
  })
}
