// The vectors an application brings, checked before anything is written.
import {
  assertHalfVector,
  assertSparseVector,
  assertVector,
  isVectorInput,
  type SparseVectorInput,
  sparseVector,
  type VectorInput,
  VectorizerError,
  type VectorSpec,
} from '@prisma-vectorizer/spec'

/** A checked vector; sparse where its type is `sparsevec`. */
export type StoredVector = VectorInput | SparseVectorInput

/** What one row holds; null: no vector. */
export type StoredValue = StoredVector | readonly StoredVector[] | null

type VectorKind = Pick<VectorSpec, 'type' | 'dimensions' | 'accessor'> & { readonly list?: boolean }

/**
 * One row's vector, or vectors where the field is a list. Throws VZ301 (length), VZ302 (no number the type can hold)
 * or VZ306 (no vector at all). `where` names it in messages.
 */
export function checkStored(value: unknown, spec: VectorKind, where: string): StoredValue {
  if (!spec.list) return checkVector(value, spec, where)
  if (Array.isArray(value)) {
    const isOne = typeof value[0] === 'number'
    if (!isOne) return value.map((each, index) => checkVector(each, spec, `${where}, vector ${index}`))
  }
  throw new VectorizerError('VZ306', {
    fact: `${where}: \`embedding\` is ${Array.isArray(value) ? 'one vector' : described(value)}, not an array of vectors.`,
    why: `"${spec.accessor}" holds any number of vectors in each row.`,
    fix: 'Write [[0.1, 0.2, …], …].',
  })
}

function checkVector(value: unknown, spec: VectorKind, where: string): StoredVector {
  if (value instanceof Map) {
    if (spec.type === 'sparsevec') {
      assertSparseVector(value, spec.dimensions, where)
      return value
    }
    throw new VectorizerError('VZ306', {
      fact: `${where}: \`embedding\` is a Map, a sparse vector, and "${spec.accessor}" is of type ${spec.type}.`,
      fix: 'Pass an array of numbers or a Float32Array.',
    })
  }
  if (!isVectorInput(value)) {
    throw new VectorizerError('VZ306', {
      fact: `${where}: \`embedding\` is ${described(value)}, not a vector.`,
      fix: 'Pass an array of numbers or a Float32Array.',
    })
  }
  assertVector(value, spec.dimensions, where)
  if (spec.type === 'halfvec') assertHalfVector(value, where)
  return spec.type === 'sparsevec' ? sparseVector(value, where) : value
}

/** A value in a message, at a glance. */
export function described(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object'
  return typeof value === 'bigint' ? `${value}n` : JSON.stringify(value)?.slice(0, 60) || typeof value
}
