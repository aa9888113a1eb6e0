// Stored vectors to make queries of: the same ones each time for a seed, without reading a large table from end to end.
import { metrics, type Queryable } from '@prisma-vectorizer/spec'
import { columnsOf, type Searched } from './statement.ts'

/** 4 MB: reading it is quicker than thinking about it. */
const fewPages = 512

/**
 * Up to `count` vectors, as PostgreSQL prints them. Of a large table whole pages are taken, as many as have at least that
 * many vectors; which of their rows are used a hash decides, so that neighbours on a page rarely come together.
 */
export async function sampleVectors(
  connection: Queryable,
  searched: Searched,
  count: number,
  seed: number,
): Promise<readonly string[]> {
  const read = async (clause: string) => {
    const rows = await connection.query<{ vector: string }>(sampleStatement(searched, clause, count, seed))
    return rows.map(({ vector }) => vector)
  }
  const pages = await pagesOf(connection, searched)
  for (let wanted = 2 * count; pages > fewPages && wanted < pages; wanted *= 8) {
    // BERNOULLI would read every page.
    const sample = await read(` TABLESAMPLE SYSTEM (${(100 * wanted) / pages}) REPEATABLE (${seed})`)
    if (sample.length >= count) return sample
  }
  return await read('')
}

async function pagesOf(connection: Queryable, { store }: Searched): Promise<number> {
  const [size] = await connection.query<{ pages: number }>(
    `SELECT (pg_relation_size($1::regclass) / current_setting('block_size')::int)::float8 AS pages`,
    [store],
  )
  return size?.pages ?? 0
}

/** A vector without direction has no cosine distance, not even to itself: nobody can search for it. */
function sampleStatement({ spec, store }: Searched, sample: string, count: number, seed: number): string {
  const { vector } = columnsOf({ spec })
  return `SELECT ${vector}::text AS vector
FROM ${store} AS c${sample}
WHERE ${vector} ${metrics[spec.distance].operator} ${vector} <> 'NaN'::float8
ORDER BY md5(c.ctid::text || '/${seed}')
LIMIT ${count}`
}
