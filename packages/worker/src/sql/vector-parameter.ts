// Vectors as one parameter, and what becomes of each in the store's own type.
import { quoteTable } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'

/** A binary `vector[]` (`vectorArray` of the spec), or one text per vector where the driver takes no binary. */
export type VectorValues = Uint8Array | readonly string[]

/** `$4::vector[]`. */
export const vectorsParameter = ({ vectorSchema }: Vectorizer, parameter: number, vectors: VectorValues): string =>
  `$${parameter}${vectors instanceof Uint8Array ? '' : '::text[]'}::${quoteTable({ schema: vectorSchema, table: 'vector' })}[]`

/**
 * `vector`, an expression of type `vector`, to be assigned to the store's column. `halfvec` and `sparsevec` need nothing:
 * the assignment casts, and refuses other dimensions. So it does for `bit`, which an explicit cast would cut or fill up.
 */
export const storedVector = ({ spec, vectorSchema }: Vectorizer, vector: string): string =>
  spec.type === 'bit' ? `${quoteTable({ schema: vectorSchema, table: 'binary_quantize' })}(${vector})` : vector
