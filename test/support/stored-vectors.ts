// Vectors in a store without a worker: one for each row of the source.
import { type AnySpec, quoteIdentifier, quoteTable, vectorColumn } from '@prisma-vectorizer/spec'

/** SQL that stores one vector for each row, in place of what is stored. */
export function storeVectorsSql(spec: AnySpec): string {
  const vector = `'${literal(spec)}'::${spec.type}(${spec.dimensions})`
  const column = quoteIdentifier(vectorColumn(spec.store))
  const source = quoteTable(spec.source)
  if (spec.store.kind === 'column') return `UPDATE ${source} SET ${column} = ${vector};`
  const list = (columns: readonly string[]) => columns.map(quoteIdentifier).join(', ')
  const store = quoteTable(spec.store)
  return `TRUNCATE ${store};
INSERT INTO ${store} (${list(spec.source.key.map((part) => part.storeColumn))}, chunk_seq, chunk, ${column})
SELECT ${list(spec.source.key.map((part) => part.column))}, 0, 'text', ${vector} FROM ${source};`
}

function literal({ type, dimensions }: AnySpec): string {
  if (type === 'bit') return '1'.repeat(dimensions)
  if (type === 'sparsevec') return `{1:1}/${dimensions}`
  return `[${Array(dimensions).fill(1).join(',')}]`
}
