// Rows on their way to one transaction. No two are for the same place (VZ306).
import { VectorizerError } from '@prisma-vectorizer/spec'
import type { LoadTarget } from './load-target.ts'
import type { CheckedRow } from './read-row.ts'

export interface Batch {
  readonly rows: readonly CheckedRow[]
  /**
   * Throws VZ306 for a second row of one (key, chunkSeq): ON CONFLICT cannot update a row twice, and an UPDATE would take
   * either.
   */
  add(row: CheckedRow): void
}

export function createBatch(target: LoadTarget): Batch {
  const rows: CheckedRow[] = []
  const numbers = new Map<string, number>()
  return {
    rows,
    add(row) {
      const place = placeOf(row)
      const earlier = numbers.get(place)
      if (earlier !== undefined) throw duplicate(target, row, earlier)
      numbers.set(place, row.number)
      rows.push(row)
    },
  }
}

const placeOf = ({ key, chunkSeq }: CheckedRow): string =>
  key.length === 1 ? `${chunkSeq} ${key[0]}` : JSON.stringify([chunkSeq, ...key])

/** `id 7, chunk 0`: what a row is for, by the model's own names. */
export function describePlace({ spec }: LoadTarget, { key, chunkSeq }: CheckedRow): string {
  const parts = spec.source.key.map(({ field }, part) => `${field} ${key[part]}`)
  return [...parts, ...(spec.store.kind === 'table' ? [`chunk ${chunkSeq}`] : [])].join(', ')
}

function duplicate(target: LoadTarget, row: CheckedRow, earlier: number): VectorizerError {
  return new VectorizerError('VZ306', {
    fact: `${target.label}, row ${row.number}: row ${earlier} has the same key (${describePlace(target, row)}).`,
    why: 'Only one of the two could be stored.',
    fix: 'Leave one of them out.',
  })
}
