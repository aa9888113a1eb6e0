// The query as a vector: checked as given, or embedded from text by the vectorizer's own model.
import {
  type AnySpec,
  assertSparseVector,
  assertVector,
  type Embedder,
  isVectorizerError,
  type SparseVectorInput,
  sparseVector,
  type VectorFieldSpec,
  type VectorInput,
  VectorizerError,
  type VectorizerSpec,
  vectorTypes,
} from '@prisma-vectorizer/spec'

/**
 * What to search for: a text, embedded with the vectorizer's model, or a vector of its dimensions. For vectors of type
 * `sparsevec` also the elements that are not zero, by their index from 0; where the type is `bit`, numbers greater than
 * 0 are ones.
 */
export type SimilarityQuery = string | VectorInput | SparseVectorInput

/** A checked vector; sparse where it was given so, or is longer than pgvector's dense type. */
export type QueryValue = VectorInput | SparseVectorInput

// A ReadonlyMap is a Map that one promises not to change.
export const isSparse = (value: unknown): value is SparseVectorInput => value instanceof Map

/** Makes the query's vector; does nothing until called, so that no provider is paid for a search that cannot run. */
export type QueryVector = () => Promise<QueryValue>

/**
 * Throws VZ301 to VZ304 (a field without a model) and VZ306 at once. What it returns rejects with VZ304 (no embedder),
 * VZ4xx (embedding) or VZ301 (a vector that the embedder did not check). `where` names the call in messages, e.g. `BlogPost.findSimilar`.
 */
export function parseQuery(
  query: unknown,
  spec: AnySpec,
  where: string,
  embedderOf: (spec: VectorizerSpec, where: string) => Promise<Embedder>,
): QueryVector {
  if (typeof query === 'string') {
    if (spec.kind === 'vector') throw noModel(spec, where)
    assertText(query, where)
    return async () => denseQuery(await embedText(query, await embedderOf(spec, where), where), spec, where)
  }
  if (isSparse(query)) {
    const elements = sparseQuery(query, spec, where)
    return async () => elements
  }
  if (!Array.isArray(query) && !(query instanceof Float32Array) && !(query instanceof Float64Array)) {
    throw new VectorizerError('VZ306', {
      fact: `${where}: the query is ${query === null ? 'null' : typeof query}, neither text nor a vector.`,
      fix: 'Pass a string, an array of numbers or a Float32Array.',
    })
  }
  const vector = denseQuery(query, spec, where)
  if (spec.distance === 'cosine') assertDirection(query, where)
  return async () => vector
}

function denseQuery(vector: VectorInput, { dimensions, type }: AnySpec, where: string): QueryValue {
  assertVector(vector, dimensions, where)
  return type === 'sparsevec' && dimensions > vectorTypes.vector.maxDimensions ? sparseVector(vector, where) : vector
}

function sparseQuery(vector: SparseVectorInput, spec: AnySpec, where: string): SparseVectorInput {
  if (spec.type !== 'sparsevec') {
    throw new VectorizerError('VZ306', {
      fact: `${where}: the query is a Map, a sparse vector, and "${spec.accessor}" is of type ${spec.type}.`,
      fix: 'Pass an array of numbers or a Float32Array.',
    })
  }
  assertSparseVector(vector, spec.dimensions, where)
  if (spec.distance === 'cosine') assertDirection(vector.values(), where)
  return vector
}

function noModel({ source, store }: VectorFieldSpec, where: string): VectorizerError {
  return new VectorizerError('VZ304', {
    fact: `${where}: a text query needs a model, and the vector field ${source.model}.${store.field} has none.`,
    why: 'The application brings its vectors, so only it can embed a text as it embedded them.',
    fix: 'Pass a vector: findSimilar([0.1, 0.2, …]).',
  })
}

function assertText(text: string, where: string): void {
  if (text.trim() !== '') return
  throw new VectorizerError('VZ303', {
    fact: `${where}: the query text is ${text === '' ? 'empty' : 'only white space'}.`,
    why: 'It means nothing, so everything would be as near to it.',
    fix: 'Use findMany when there is nothing to search for.',
  })
}

/** The cosine of a vector without direction is NaN for every row. */
function assertDirection(values: Iterable<number>, where: string): void {
  for (const value of values) if (Math.fround(value) !== 0) return
  throw new VectorizerError('VZ306', {
    fact: `${where}: every element of the vector is zero.`,
    why: 'The cosine distance to a vector without direction is not a number.',
    fix: 'Check what produced the vector.',
  })
}

async function embedText(text: string, embedder: Embedder, where: string): Promise<VectorInput> {
  try {
    const { vectors } = await embedder.embed([text], { purpose: 'query' })
    const [vector] = vectors
    if (vector) return vector
  } catch (cause) {
    if (isVectorizerError(cause)) throw cause
    throw new VectorizerError('VZ405', {
      fact: `${where}: ${embedder.name} could not embed the query: ${cause instanceof Error ? cause.message : cause}`,
      cause,
    })
  }
  throw new VectorizerError('VZ403', { fact: `${where}: ${embedder.name} answered with no vector.` })
}
