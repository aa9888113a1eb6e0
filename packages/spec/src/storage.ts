// How vectors lie in their table, which decides what reading one costs.
import type { VectorSpec } from './vectorizer-spec.ts'

/** Bytes of a vector beside which its row's other columns fit an 8 kB page (chunk text is stored out of line). */
const mostPlainBytes = 6_144

/** Whether the migrations keep vectors in line, `STORAGE PLAIN`: exact search then reads them 2.5 to 7 times cheaper. */
export function isPlain({ type, dimensions, store }: Pick<VectorSpec, 'type' | 'dimensions' | 'store'>): boolean {
  // The other columns of a table that is not ours may be wide: a row that does not fit would be refused.
  if (store.kind === 'column') return false
  return (
    (type === 'vector' && dimensions * 4 <= mostPlainBytes) || (type === 'halfvec' && dimensions * 2 <= mostPlainBytes)
  )
}
