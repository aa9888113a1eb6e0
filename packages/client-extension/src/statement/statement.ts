// The search by vectors as one statement: keys, distances and the best chunk of each row, nearest first.
import type { SqlQuery } from '@prisma-vectorizer/spec'
import { LRUCache } from 'lru-cache'
import type { ScanTuning } from '../arguments/parse-tuning.ts'
import type { QueryParameter } from '../query/query-parameter.ts'
import { candidateTables, nearTables, type Reach } from './near.ts'
import { type ScanSetting, scanSettings } from './scan-settings.ts'
import { type PartsInput, type StatementParts, statementParts } from './statement-parts.ts'
import { statementValues } from './statement-values.ts'

export interface StatementInput extends PartsInput, Reach {
  /** Rows passed over. */
  readonly skip: number
  /** Rows farther away are left out. */
  readonly maxDistance: number | undefined
  readonly tuning: ScanTuning | undefined
}

export interface VectorStatementInput extends StatementInput {
  /** Becomes `$1`. */
  readonly query: QueryParameter
}

/**
 * Columns of the answer: `key_0` … (NULL in the one row of an empty answer), `distance` (full precision), `scanned`
 * (vectors read from the index, NULL when the search was exact); of a store table also `embedding_uuid`, `chunk_seq` and
 * `chunk`; `vector`, `chunks` and `row_0` … where they are asked for; `beyond`, with a `maxDistance`: whether the scan went
 * past it.
 */
export function searchStatement(input: VectorStatementInput): SqlQuery {
  const { query, filter, maxDistance } = input
  const values = [query.value, ...(filter?.compiled.values ?? []), ...(maxDistance === undefined ? [] : [maxDistance])]
  const kept = textsOf(input)
  const key = statementKey(input)
  const text = kept.get(key) ?? statementText(input)
  kept.set(key, text)
  return { text, values }
}

// Putting the text together takes 40 µs, a fortieth of a search that finds everything in memory.
const keptTexts = 200
const texts = new WeakMap<object, LRUCache<string, string>>()

function textsOf({ spec }: VectorStatementInput): LRUCache<string, string> {
  const present = texts.get(spec)
  if (present) return present
  const made = new LRUCache<string, string>({ max: keptTexts })
  texts.set(spec, made)
  return made
}

/** All of the input that the text depends on, besides the spec. */
function statementKey(input: VectorStatementInput): string {
  const { filter, row, tuning } = input
  return [
    ...[
      input.schema,
      input.results,
      input.distance,
      input.query.form,
      input.read,
      input.take,
      input.skip,
      input.complete,
    ],
    ...[
      input.chunks,
      input.embedding,
      input.maxDistance !== undefined,
      tuning?.exact,
      tuning?.efSearch,
      tuning?.probes,
    ],
    ...[filter?.on, filter?.compiled.text, row?.text],
  ].join('\n')
}

function statementText(input: VectorStatementInput): string {
  const values = statementValues()
  const source = values.add(input.query.value)
  const parts = statementParts(input, values, { form: input.query.form, source })
  const limit = input.maxDistance === undefined ? undefined : values.add(input.maxDistance)
  const answer = { parts, input, limit }
  return input.read === 'all' ? exactStatement(answer) : indexStatement(answer)
}

interface Answer {
  readonly parts: StatementParts
  readonly input: StatementInput
  /** The placeholder of `maxDistance`. */
  readonly limit: string | undefined
}

function exactStatement({ parts, input, limit }: Answer): string {
  return `with ${[...nearTables(parts, input), best(parts, input)].join(', ')}
select t.*, null::int as scanned
from (
${hits(parts, limit)}
) t
order by t.distance, ${ordered(parts)}`
}

/**
 * `settings` runs when the index scan asks for the query vector, just before pgvector reads them, and the last SELECT
 * puts back what was there: inside a transaction `set_config(…, true)` would otherwise last until its end. Its
 * volatile columns are computed after the sort, so after the scan, and also for the one row of an empty answer.
 */
function indexStatement({ parts, input, limit }: Answer): string {
  const settings = scanSettings(input.spec, input.read as number, input.tuning)
  const tables = [...candidateTables(parts, input), ...nearTables(parts, input), best(parts, input)]
  return `with ${settingsTable(settings)}, ${tables.join(', ')}
select t.*, ${scannedColumns(parts, input, limit)},
  ${settingsPutBack(settings)}
from settings s left join (
${hits(parts, limit)}
) t on true
order by t.distance, ${ordered(parts)}`
}

export function settingsTable(settings: readonly ScanSetting[]): string {
  const before = settings.map(({ name }) => `current_setting('${name}', true) as ${alias(name)}`)
  const now = settings.map(({ name, value }) => `set_config('${name}', '${value}', true) as ${alias(name)}_now`)
  return `settings as materialized (
  select ${[...before, ...now].join(',\n    ')}
)`
}

export const settingsPutBack = (settings: readonly ScanSetting[]): string =>
  settings.map(({ name }) => `set_config('${name}', s.${alias(name)}, true) as ${alias(name)}_after`).join(',\n  ')

/** `hnsw.ef_search` → `ef_search`. */
const alias = (setting: string) => setting.slice(setting.indexOf('.') + 1)

function scannedColumns({ filter }: StatementParts, { complete }: Reach, limit: string | undefined): string {
  const count = '(select count(*) from near)'
  const scanned = filter && !complete ? `(select case when not yes then ${count} end from few)` : count
  return `${complete ? 'null' : scanned}::int as scanned${limit ? `, (select max(distance) > ${limit}::float8 from near) as beyond` : ''}`
}

/** The rows of the store to return: the nearest ones, or the nearest of each parent. */
export function best(
  { choosesBest, keyNames, bestColumns }: StatementParts,
  { take, skip }: Pick<StatementInput, 'take' | 'skip'>,
): string {
  const ofEachParent = `(select distinct on (${keyNames}) * from near order by ${keyNames}, distance)`
  return `best as (
  select ${bestColumns} from ${choosesBest ? ofEachParent : 'near'} b order by b.distance, ${keyNames} limit ${take}${skip ? ` offset ${skip}` : ''}
)`
}

/** A vector without direction has no cosine: exact search would return it last, the index leaves it out. */
export function hits(parts: StatementParts, limit: string | undefined): string {
  const { hitColumns, hitTables, store, isBest, distance } = parts
  return `  select * from (
    select ${hitColumns}, ${distance} as distance
    from best b join ${store} c on ${isBest}${hitTables}
  ) h where h.distance <> 'NaN'${limit ? ` and h.distance <= ${limit}::float8` : ''}`
}

/** Equal distances in one order, the same on every page. */
const ordered = ({ keyNames }: StatementParts): string =>
  keyNames
    .split(', ')
    .map((name) => `t.${name}`)
    .join(', ')
