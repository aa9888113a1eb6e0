// Many vectors, a batch in each statement: all of them are written, or none.
import type { Row } from '@prisma-vectorizer/spec'
import { keyFields } from '../find-similar/search-target.ts'
import type { ModelConnection } from '../prisma/connection.ts'
import type { MethodContext } from '../prisma/method-context.ts'
import { keyText } from '../scope/row-key.ts'
import { visibleAmong } from '../scope/visible-among.ts'
import type { Scope } from '../scope/visible-rows.ts'
import { type BatchInput, batchStatement, missingStatement } from './batch-statement.ts'
import type { ParsedRows, StoredRow } from './parse-rows.ts'
import { forgetVectorOid, vectorOidOf } from './vector-oid.ts'
import { explainWriteError, noSuchRow, shownKey } from './write-errors.ts'

// Prisma gives an interactive transaction 5 s, and 500 rows of 768 dimensions into an HNSW index in memory take half a
// second: ten batches would be too many.
const batchTimeout = 60_000

/** How many rows were written. Rejects with VZ308 when one of them is not there. */
export async function writeBatches(
  { target, connection, interceptor }: MethodContext,
  { search, rows, batchSize }: ParsedRows,
  where: string,
): Promise<number> {
  if (rows.length === 0) return 0
  const batches = cut(inKeyOrder(rows), batchSize)

  async function written(inside: ModelConnection): Promise<number> {
    const inputs: BatchInput[] = []
    const vectorOid = await vectorOidOf(inside, search.spec)
    for (const batch of batches) {
      const scope = await scopeOf(batch, inside, inputs[0]?.scope)
      inputs.push({ search, rows: batch, scope, connection: inside, vectorOid })
    }
    // The caller's own transaction would keep the first batches when it goes on after the error of a later one.
    const keepsFirst = inputs.length > 1 && connection.isInTransaction()
    if (keepsFirst) for (const input of inputs) assertPresent(await inside.run(missingStatement(input)), input)
    let count = 0
    for (const input of inputs) count += assertPresent(await inside.run(batchStatement(input)), input)
    return count
  }

  async function scopeOf(
    batch: readonly StoredRow[],
    inside: ModelConnection,
    first: Scope | undefined,
  ): Promise<Scope> {
    if (first?.kind === 'filter') return first
    return visibleAmong(
      interceptor,
      inside,
      search,
      batch.map(({ key }) => key),
    )
  }

  function assertPresent([answer]: readonly Readonly<Row>[], input: BatchInput): number {
    const missing = answer?.['missing'] as number | null | undefined
    if (!missing) return Number(answer?.['count'])
    const { key } = input.rows[missing - 1] as StoredRow
    throw noSuchRow(where, target.model, shownKey(key, keyFields(search)))
  }

  try {
    if (batches.length === 1) return await written(connection)
    return await connection.transaction(written, batches.length * batchTimeout)
  } catch (error) {
    forgetVectorOid(connection)
    throw explainWriteError(error, search.spec, where)
  }
}

/** So that two callers who write the same rows wait for each other in one order, and never each for the other. */
function inKeyOrder(rows: readonly StoredRow[]): StoredRow[] {
  const named = rows.map((row) => ({ row, text: keyText(row.key) }))
  named.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : a.row.chunkSeq - b.row.chunkSeq))
  return named.map(({ row }) => row)
}

function cut(rows: readonly StoredRow[], size: number): StoredRow[][] {
  const batches: StoredRow[][] = []
  for (let from = 0; from < rows.length; from += size) batches.push(rows.slice(from, from + size))
  return batches
}
