// What the caller wrote, checked before any SQL runs or a provider is called.
import { type Distance, VectorizerError } from '@prisma-vectorizer/spec'
import type { Searchable, SearchTarget } from '../find-similar/search-target.ts'
import { assertKnown, integer, invalid, objectOf, shown } from './argument-readers.ts'
import { parseDistance, parseThreshold } from './parse-distance.ts'
import { parseMode, type SearchMode } from './parse-mode.ts'
import { parseTuning, type ScanTuning } from './parse-tuning.ts'

/** Arguments of `findMany` that `findSimilar` passes on. */
export interface RowArguments {
  readonly where?: object | undefined
  readonly select?: Readonly<Record<string, unknown>> | undefined
  readonly include?: Readonly<Record<string, unknown>> | undefined
  readonly omit?: Readonly<Record<string, unknown>> | undefined
}

export type Rerank = (query: unknown, hits: readonly unknown[]) => unknown

/** A checked search: by which vectors, how many rows, and which of their fields. */
export interface SearchArguments {
  readonly search: Searchable
  readonly take: number
  /** Rows passed over first; undefined when the caller does not page. */
  readonly skip: number | undefined
  readonly rows: RowArguments
  readonly chunkWhere: object | undefined
  /** Best chunks attached to each row; undefined: none. */
  readonly chunks: number | undefined
  /** Whether the vectors come along. */
  readonly embedding: boolean
  readonly mode: SearchMode
  readonly distance: Distance
  /** Rows farther away are left out; undefined: none are. */
  readonly maxDistance: number | undefined
  readonly tuning: ScanTuning
  readonly rerank: Rerank | undefined
  /** Rows handed to `rerank`. */
  readonly candidates: number
  readonly signal: AbortSignal | undefined
}

const rowArguments = ['where', 'select', 'include', 'omit'] as const
const known = [
  ...rowArguments,
  ...['take', 'skip', 'vectorizer', 'chunkWhere', 'chunks', 'embedding', 'mode', 'weights', 'distance', 'maxDistance'],
  ...['minScore', 'efSearch', 'probes', 'exact', 'rerank', 'candidates', 'signal'],
]
const defaultTake = 10
export const maxTake = 10_000
const mostChunks = 1000

// A reranker is worth its cost when it can lift what the distance put lower.
const candidatesPerRow = 4

/** `where` names the call in messages, e.g. `BlogPost.findSimilar`. Throws VZ305 (vectorizer), VZ309 or VZ306 (anything else). */
export function parseArguments(target: SearchTarget, args: unknown, where: string): SearchArguments {
  const given = objectOf(args, where)
  for (const name of Object.keys(given)) assertKnown(name, known, where)
  const rows: Record<string, unknown> = {}
  for (const name of rowArguments) {
    const value = rowArgument(given[name], name, where)
    if (value !== undefined) rows[name] = value
  }
  assertOneShape(rows, where)
  const search = chooseVectorizer(target, given['vectorizer'], where)
  const take = integer(given['take'], 'take', [1, maxTake], where, 'It says how many rows to return') ?? defaultTake
  const skip = integer(given['skip'], 'skip', [0, maxTake - take], where, 'It says how many rows to pass over')
  const mode = parseMode(given, search.spec, where)
  const distance = parseDistance(given['distance'], search.spec, where)
  const rerank = parseRerank(given['rerank'], where)
  return {
    search,
    take,
    skip,
    rows,
    chunkWhere: ofChunks(search, given, 'chunkWhere', where)
      ? rowArgument(given['chunkWhere'], 'chunkWhere', where)
      : undefined,
    chunks: ofChunks(search, given, 'chunks', where)
      ? integer(given['chunks'], 'chunks', [1, mostChunks], where, 'It says how many chunks come with each row')
      : undefined,
    embedding: flag(given['embedding'], 'embedding', where) ?? false,
    mode,
    distance,
    maxDistance: parseThreshold(given, distance, mode, where),
    tuning: parseTuning(given, search.spec, mode, distance, where),
    rerank,
    candidates: parseCandidates(given['candidates'], rerank, (skip ?? 0) + take, where),
    signal: parseSignal(given['signal'], where),
  }
}

function rowArgument(value: unknown, name: string, where: string): object | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'object' && !Array.isArray(value)) return value
  throw invalid(where, `\`${name}\` is ${shown(value)}, not an object.`, `Write \`${name}\` as for findMany.`)
}

function assertOneShape(rows: RowArguments, where: string): void {
  for (const other of ['include', 'omit'] as const) {
    if (!rows.select || !rows[other]) continue
    throw invalid(
      where,
      `\`select\` and \`${other}\` are both given.`,
      `Move what \`${other}\` says into \`select\`.`,
      'As for findMany, only one of them can say which fields come back.',
    )
  }
}

/** Whether `name` is given, which it can only be where rows are found by their chunks. */
function ofChunks({ results, spec }: Searchable, given: object, name: 'chunks' | 'chunkWhere', where: string): boolean {
  if ((given as Record<string, unknown>)[name] === undefined) return false
  if (results === 'parents') return true
  throw invalid(
    where,
    `\`${name}\` is given, and ${results === 'chunks' ? 'what is returned are the chunks' : `"${spec.accessor}" has no chunks`}.`,
    name === 'chunkWhere' && results === 'chunks' ? 'Move it to `where`.' : 'Remove it.',
  )
}

function flag(value: unknown, name: string, where: string): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value
  throw invalid(where, `\`${name}\` is ${shown(value)}.`, 'Write true or false.')
}

function parseRerank(value: unknown, where: string): Rerank | undefined {
  if (value === undefined || typeof value === 'function') return value as Rerank | undefined
  throw invalid(where, `\`rerank\` is ${shown(value)}, not a function.`, 'Write `rerank: (query, hits) => hits`.')
}

function parseCandidates(value: unknown, rerank: Rerank | undefined, needed: number, where: string): number {
  if (value !== undefined && !rerank) {
    throw invalid(where, '`candidates` is given without `rerank`.', 'Add `rerank`, or use `take`.')
  }
  const why = 'It says how many rows `rerank` chooses from, at least `skip` + `take` of them'
  return integer(value, 'candidates', [needed, maxTake], where, why) ?? Math.min(maxTake, needed * candidatesPerRow)
}

function parseSignal(value: unknown, where: string): AbortSignal | undefined {
  if (value === undefined || value instanceof AbortSignal) return value
  throw invalid(
    where,
    '`signal` is not an AbortSignal.',
    'Pass `new AbortController().signal` or `AbortSignal.timeout(1000)`.',
  )
}

/** A field that holds several vectors a row is not searched. */
const isSearched = ({ spec }: Searchable): boolean => !(spec.kind === 'vector' && spec.list)

export function chooseVectorizer(target: SearchTarget, name: unknown, where: string, all = false): Searchable {
  const searches = all ? target.searches : target.searches.filter(isSearched)
  const listed = searches.map(({ spec }) => `"${spec.accessor}"`).join(', ')
  const several = searches.length > 1
  const fields = searches.some(({ spec }) => spec.kind === 'vector')
  const [only] = searches
  if (name === undefined) {
    if (only && !several) return only
    throw new VectorizerError('VZ305', {
      fact: `${where}: the model has ${searches.length} vectorizers${fields ? ' and vector fields' : ''} and none is named.`,
      fix: only
        ? `Add \`vectorizer\`, one of ${listed}.`
        : 'An array of vectors a row cannot be searched: use findEmbeddings.',
    })
  }
  const chosen = searches.find(({ spec }) => spec.accessor === name)
  if (chosen) return chosen
  throw new VectorizerError('VZ305', {
    fact: `${where}: the model has no vectorizer${fields ? ' or vector field' : ''} ${shown(name)}.`,
    fix: `Use ${several ? 'one of ' : ''}${listed}.`,
  })
}
