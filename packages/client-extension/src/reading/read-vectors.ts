// The vectors of given rows, in one statement.
import {
  quoteIdentifier,
  quoteTable,
  type Row,
  type SqlQuery,
  storeColumns,
  vectorColumn,
} from '@prisma-vectorizer/spec'
import { keyFields, type Searchable } from '../find-similar/search-target.ts'
import type { ModelConnection } from '../prisma/connection.ts'
import { keyParameter, keyText, numberedKeyRows, type RowKey } from '../scope/row-key.ts'
import { oneOrRow } from '../scope/scope-condition.ts'
import { runReading } from './run-reading.ts'
import { type VectorReading, type VectorValue, vectorReading } from './vector-reading.ts'

export interface StoredVector {
  /** Undefined where the vector is in a column of the row itself, as are the next two. */
  readonly embeddingUuid: string | undefined
  readonly chunkSeq: number | undefined
  readonly chunk: string | undefined
  readonly vector: VectorValue
}

/**
 * By the `keyText` of each key, as Prisma has it (of a search for chunks: their `embeddingUuid`): its vectors, in the
 * order of the chunks. A key without any is not in it. Runs nothing for no keys.
 *
 * The keys must be of rows that the caller may see. `where` names the call in messages. Rejects with VZ307.
 */
export async function readVectors(
  connection: Pick<ModelConnection, 'run' | 'schema' | 'vectorFormat'>,
  search: Searchable,
  keys: readonly RowKey[],
  where: string,
): Promise<ReadonlyMap<string, readonly StoredVector[]>> {
  const once = new Map(keys.map((key) => [keyText(key), key]))
  const found = new Map<string, StoredVector[]>()
  if (once.size === 0) return found
  const texts = [...once.keys()]
  const reading = vectorReading(search.spec, connection.vectorFormat)
  const statement = vectorsStatement(search, connection.schema, reading, [...once.values()])
  for (const row of await runReading(connection, search.spec, where, statement)) {
    const text = texts[Number(row['n']) - 1] as string
    const vectors = found.get(text)
    const vector = readStored(row, reading)
    if (vectors) vectors.push(vector)
    else found.set(text, [vector])
  }
  return found
}

function vectorsStatement(
  search: Searchable,
  schema: string,
  { select }: VectorReading<VectorValue>,
  keys: readonly RowKey[],
): SqlQuery {
  const { spec, results } = search
  const fields = keyFields(search)
  const of = (column: string) => `c.${quoteIdentifier(column)}`
  const vector = of(vectorColumn(spec.store))
  const { embeddingUuid, chunkSeq, chunk } = storeColumns
  const chunks = results === 'rows' ? [] : [of(embeddingUuid), of(chunkSeq), of(chunk)]
  const key = oneOrRow(fields.map(({ storeColumn }) => of(storeColumn)))
  const given = oneOrRow(fields.map((_, part) => `k.key_${part}`))
  return {
    text: `select ${['k.n', ...chunks, `${select(vector)} as vector`].join(', ')}
from ${numberedKeyRows('$1', fields)}
join ${quoteTable({ schema: spec.store.schema ?? schema, table: spec.store.table })} c on ${key} = ${given}
${results === 'rows' ? `where ${vector} is not null` : `order by k.n, ${of(chunkSeq)}`}`,
    values: [keyParameter(keys, fields)],
  }
}

const readStored = (row: Readonly<Row>, { read }: VectorReading<VectorValue>): StoredVector => ({
  embeddingUuid: row[storeColumns.embeddingUuid] as string | undefined,
  chunkSeq: row[storeColumns.chunkSeq] as number | undefined,
  chunk: row[storeColumns.chunk] as string | undefined,
  vector: read(row['vector']),
})
