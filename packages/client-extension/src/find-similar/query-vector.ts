// The query as a vector: checked as given, or embedded from text by the vectorizer's own model.
import {
  assertVector,
  type Embedder,
  isVectorizerError,
  type VectorInput,
  VectorizerError,
  type VectorizerSpec,
  vectorToBinary,
  vectorToText,
} from '@prisma-vectorizer/spec'

/** What to search for: a text, embedded with the vectorizer's model, or a vector of its dimensions. */
export type SimilarityQuery = string | VectorInput

/** Makes the query's vector; does nothing until called, so that no provider is paid for a search that cannot run. */
export type QueryVector = () => Promise<VectorInput>

/**
 * Throws VZ301 to VZ303 and VZ306 at once. What it returns rejects with VZ304 (no embedder) or VZ4xx (embedding).
 * `where` names the call in messages, e.g. `BlogPost.findSimilar`.
 */
export function parseQuery(
  query: unknown,
  spec: VectorizerSpec,
  where: string,
  embedderOf: (spec: VectorizerSpec, where: string) => Promise<Embedder>,
): QueryVector {
  if (typeof query === 'string') {
    assertText(query, where)
    return async () => embedText(query, await embedderOf(spec, where), where)
  }
  if (!Array.isArray(query) && !(query instanceof Float32Array) && !(query instanceof Float64Array)) {
    throw new VectorizerError('VZ306', {
      fact: `${where}: the query is ${query === null ? 'null' : typeof query}, neither text nor a vector.`,
      fix: 'Pass a string, an array of numbers or a Float32Array.',
    })
  }
  const vector: VectorInput = query
  assertVector(vector, spec.dimensions, where)
  if (spec.distance === 'cosine') assertDirection(vector, where)
  return async () => vector
}

/** The value of the statement's first parameter. Binary costs 0.2 to 0.5 × the text, where the adapter can carry it. */
export function vectorParameter(vector: VectorInput, format: 'binary' | 'text'): unknown {
  return format === 'binary' ? vectorToBinary(vector) : vectorToText(vector)
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
function assertDirection(vector: VectorInput, where: string): void {
  for (let index = 0; index < vector.length; index++) if (Math.fround(vector[index] as number) !== 0) return
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
