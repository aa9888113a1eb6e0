// What a provider must have answered before anything is stored.
import { VectorizerError } from './errors.ts'

/**
 * Throws VZ403 or VZ404 unless `embeddings` is `count` vectors of `dimensions` finite numbers.
 * `first` is the index of the first of them among all the texts asked for, for the message.
 * To the AI SDK a successful response without them is no error: `data: []` included.
 */
export function assertAnswer(
  embeddings: readonly (readonly number[])[],
  { name, count, dimensions, first }: { name: string; count: number; dimensions: number; first: number },
): void {
  if (embeddings.length !== count) {
    throw new VectorizerError('VZ403', {
      fact: `${name}: ${count} texts were sent and ${embeddings.length} vectors came back.`,
      why: 'Which vector belongs to which text cannot be told, so none is stored.',
      fix: 'Check the server behind the model; a proxy that drops or merges inputs does this.',
    })
  }
  for (const [index, vector] of embeddings.entries()) {
    if (vector.length !== dimensions) {
      throw new VectorizerError('VZ404', {
        fact: `${name}: vectors[${first + index}] has ${vector.length} dimensions, ${dimensions} were expected.`,
        why: 'A store holds vectors of one length.',
        fix: `Set \`dimensions: ${vector.length}\` in the annotation, or name a model that makes ${dimensions}.`,
      })
    }
    // Finite as float4, which is what pgvector stores.
    const wrong = vector.findIndex((value) => typeof value !== 'number' || !Number.isFinite(Math.fround(value)))
    if (wrong !== -1) {
      throw new VectorizerError('VZ404', {
        fact: `${name}: vectors[${first + index}][${wrong}] is ${vector[wrong]}, not a finite number.`,
        why: 'pgvector stores finite 4-byte floats only.',
        fix: 'Check the server behind the model; a model that returns NaN has usually failed on that text.',
      })
    }
  }
}
