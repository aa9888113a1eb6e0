// Whether a search goes by vectors, by words, or by both.
import { type AnySpec, VectorizerError } from '@prisma-vectorizer/spec'
import { invalid, number, objectOf, oneOf, shown } from './argument-readers.ts'

export type SearchMode =
  | { readonly kind: 'vector' }
  | { readonly kind: 'keyword'; readonly textSearch: string }
  | { readonly kind: 'hybrid'; readonly textSearch: string; readonly weights: Weights }

/** What a place in each of the two rankings counts. */
export interface Weights {
  readonly vector: number
  readonly keyword: number
}

const kinds = ['vector', 'keyword', 'hybrid'] as const

/** Throws VZ306, or VZ309 where the vectorizer has no full-text search. */
export function parseMode(given: Readonly<Record<string, unknown>>, spec: AnySpec, where: string): SearchMode {
  const kind = oneOf(given['mode'], 'mode', kinds, where) ?? 'vector'
  if (given['weights'] !== undefined && kind !== 'hybrid') {
    throw invalid(where, `\`weights\` is given with \`mode: '${kind}'\`.`, "Add `mode: 'hybrid'`, or remove it.")
  }
  if (kind === 'vector') return { kind }
  const textSearch = spec.kind === 'vectorizer' ? spec.textSearch : null
  if (!textSearch) throw noTextSearch(spec, kind, where)
  return kind === 'keyword'
    ? { kind, textSearch }
    : { kind, textSearch, weights: parseWeights(given['weights'], where) }
}

function parseWeights(value: unknown, where: string): Weights {
  const given = objectOf(value, `${where}: weights`)
  const weight = (name: 'vector' | 'keyword') => number(given[name], `weights.${name}`, where) ?? 1
  const weights = { vector: weight('vector'), keyword: weight('keyword') }
  const unknown = Object.keys(given).find((name) => !(name in weights))
  if (
    unknown === undefined &&
    Object.values(weights).every((each) => each >= 0) &&
    weights.vector + weights.keyword > 0
  ) {
    return weights
  }
  throw invalid(
    where,
    `\`weights\` is ${shown(given)}.`,
    'Write e.g. { vector: 2, keyword: 1 }.',
    'It has `vector` and `keyword`, numbers from 0, not both 0.',
  )
}

function noTextSearch(spec: AnySpec, kind: string, where: string): VectorizerError {
  const onColumn = spec.kind === 'vector' || spec.store.kind === 'column'
  return new VectorizerError('VZ309', {
    fact: `${where}: \`mode: '${kind}'\` needs a full-text search, and "${spec.accessor}" has none.`,
    why: onColumn ? 'It is over chunks, and vectors of the model itself have none.' : undefined,
    fix: onColumn
      ? 'Use a vectorizer with a store table.'
      : 'Add `textSearch: "english"` to its annotation, then run `npx prisma-vectorizer migrate dev`.',
  })
}
