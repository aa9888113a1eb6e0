// What is searched for: checked as given, before a provider is paid or any SQL runs.
import {
  type AnySpec,
  assertDirection,
  assertHalfVector,
  assertSparseVector,
  assertVector,
  type Distance,
  indexedType,
  isVectorInput,
  type SparseVectorInput,
  sparseVector,
  type VectorFieldSpec,
  type VectorInput,
  VectorizerError,
  vectorTypes,
} from '@prisma-vectorizer/spec'
import type { SearchMode } from '../arguments/parse-mode.ts'

/**
 * What to search for: a text, embedded with the vectorizer's model, or a vector of its dimensions. For vectors of type
 * `sparsevec` also the elements that are not zero, by their index from 0; where the type is `bit`, numbers greater than
 * 0 are ones. `{ to: { id: 7 } }` is more like this: the vectors that are stored for a row of the model, named by a
 * unique field (the mean of its chunks', where it has several), and the row itself left out.
 */
export type SimilarityQuery<Unique = object> = string | VectorInput | SparseVectorInput | { readonly to: Unique }

/** A checked vector; sparse where it was given so, or is longer than pgvector's dense type. */
export type QueryValue = VectorInput | SparseVectorInput

export type ParsedQuery =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'vector'; readonly value: QueryValue }
  | { readonly kind: 'row'; readonly to: Readonly<Record<string, unknown>> }

// A ReadonlyMap is a Map that one promises not to change.
export const isSparse = (value: unknown): value is SparseVectorInput => value instanceof Map

// Embedding models read 512 to 32,768 tokens, a few characters each: a provider would cut or refuse what is longer.
const longestText = 100_000
// Each has to be in the chunk. PostgreSQL's stack ends at some 20,000, and ranking by 1000 may take a minute.
const mostWords = 256

/** What a query is asked of: by which distance, if by any. */
interface AskedOf {
  readonly mode: SearchMode['kind']
  readonly distance: Distance
}

/**
 * Throws VZ301 to VZ304 (a field without a model) and VZ306. A vector has no words, which the other modes search for.
 * `where` names the call in messages, e.g. `BlogPost.findSimilar`.
 */
export function parseQuery(
  query: unknown,
  spec: AnySpec,
  where: string,
  { mode, distance }: AskedOf = { mode: 'vector', distance: spec.distance },
): ParsedQuery {
  if (typeof query === 'string') {
    if (spec.kind === 'vector') throw noModel(spec, where)
    assertText(query, where)
    if (mode === 'keyword') assertFewWords(query, where)
    return { kind: 'text', text: query }
  }
  if (mode !== 'vector') {
    throw new VectorizerError('VZ306', {
      fact: `${where}: a full-text search needs a text, and the query is none.`,
      fix: "Pass a text, or search with `mode: 'vector'`.",
    })
  }
  if (isSparse(query)) {
    const value = sparseQuery(query, spec, where)
    if (distance === 'cosine') assertDirection(query.values(), where)
    return { kind: 'vector', value }
  }
  if (isVectorInput(query)) {
    const value = denseQuery(query, spec, where)
    if (distance === 'cosine') assertDirection(query, where)
    return { kind: 'vector', value }
  }
  const to = rowQuery(query)
  if (to) return { kind: 'row', to }
  throw new VectorizerError('VZ306', {
    fact: `${where}: the query is ${query === null ? 'null' : typeof query}, neither text nor a vector.`,
    fix: 'Pass a string, an array of numbers, a Float32Array, or { to: { id: 7 } } for more like a row.',
  })
}

function rowQuery(query: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof query !== 'object' || query === null || Object.keys(query).join() !== 'to') return undefined
  const { to } = query as { readonly to: unknown }
  const named = typeof to === 'object' && to !== null && Object.values(to).some((value) => value !== undefined)
  return named ? (to as Readonly<Record<string, unknown>>) : undefined
}

/** A dense vector as it is searched for, given or embedded. Throws VZ301, VZ302 and VZ306. */
export function denseQuery(vector: VectorInput, spec: AnySpec, where: string): QueryValue {
  const { dimensions, type } = spec
  assertVector(vector, dimensions, where)
  if (indexedType(spec) === 'halfvec' || type === 'halfvec') assertHalfVector(vector, where)
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
  if (text.length > longestText) {
    throw new VectorizerError('VZ303', {
      fact: `${where}: the query text has ${text.length} characters.`,
      why: `More than ${longestText} is more than any embedding model reads.`,
      fix: 'Search for a shorter text, e.g. its first paragraphs.',
    })
  }
  if (text.trim() !== '') return
  throw new VectorizerError('VZ303', {
    fact: `${where}: the query text is ${text === '' ? 'empty' : 'only white space'}.`,
    why: 'It means nothing, so everything would be as near to it.',
    fix: 'Use findMany when there is nothing to search for.',
  })
}

function assertFewWords(text: string, where: string): void {
  const words = text.match(/[\p{L}\p{M}\p{N}]+/gu)?.length ?? 0
  if (words <= mostWords) return
  throw new VectorizerError('VZ303', {
    fact: `${where}: the query text has ${words} words.`,
    why: `With \`mode: 'keyword'\` a chunk must have all of them; more than ${mostWords} take PostgreSQL too long.`,
    fix: "Search for fewer words, or with `mode: 'hybrid'`.",
  })
}
