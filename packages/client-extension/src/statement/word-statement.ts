// The search by words, and by vectors and words together, each as one statement.
import { quoteIdentifier, type SqlQuery, storeColumns, textConfiguration, textVector } from '@prisma-vectorizer/spec'
import type { Weights } from '../arguments/parse-mode.ts'
import type { QueryParameter } from '../query/query-parameter.ts'
import { storable } from '../query/storable-text.ts'
import { candidateTables, nearTables, where } from './near.ts'
import { scanSettings } from './scan-settings.ts'
import { type StatementInput, settingsPutBack, settingsTable } from './statement.ts'
import { type StatementParts, statementParts, type WordSource } from './statement-parts.ts'
import { statementValues } from './statement-values.ts'

export interface WordStatementInput extends StatementInput {
  readonly words: string
  /** Text search configuration, e.g. `english`. */
  readonly textSearch: string
}

export interface HybridStatementInput extends WordStatementInput {
  readonly query: QueryParameter
  readonly weights: Weights
  /** Places of each ranking that count. */
  readonly places: number
}

/**
 * Columns of the answer: those of the search by vectors with `distance` NULL, and `score`, PostgreSQL's `ts_rank_cd`. The
 * text is read as a web search: `"exact words"`, `or`, `-without`.
 */
export function wordStatement(input: WordStatementInput): SqlQuery {
  const values = statementValues()
  const text = values.add(searchable(input.words))
  const parts = statementParts(input, values, wordSource(input))
  const query = `websearch_to_tsquery(${textConfiguration(input)}, ${text})`
  const { choosesBest, keyNames, bestColumns } = parts
  const found = choosesBest ? `(${ofEachParent(parts, 'found', 'rank desc')})` : 'found'
  return {
    text: `with words as materialized (
  select ${query} as query
), ${foundTable(input, parts, undefined)}, best as (
  select ${bestColumns}, b.rank as score from ${found} b order by b.rank desc, ${keyNames} limit ${input.take}${offset(input)}
)
select t.*, null::int as scanned
from (
${scoredHits(parts)}
) t
order by t.score desc, ${ordered(parts)}`,
    values: values.values,
  }
}

// Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion" (SIGIR 2009): the constant they found to do well everywhere.
const fusionConstant = 60

/**
 * Reciprocal rank fusion: a row scores `weight / (60 + place)` for its place in the ranking by vectors, and again in the
 * one by words. Any of the words counts, not all of them: a question holds words that its answer does not.
 */
export function hybridStatement(input: HybridStatementInput): SqlQuery {
  const { query, weights, places, take } = input
  const values = statementValues()
  const source = values.add(query.value)
  const text = values.add(searchable(input.words))
  const parts = statementParts(input, values, { form: query.form, source })
  const reach = { read: input.read, take: places, complete: true }
  const settings = input.read === 'all' ? [] : scanSettings(input.spec, input.read, input.tuning)
  const score = (['vector', 'keyword'] as const)
    .map((side) => `coalesce(${values.add(weights[side])}::float8 / (${fusionConstant} + ${side[0]}.place), 0)`)
    .join(' + ')
  const tables = [
    ...(settings.length ? [settingsTable(settings)] : []),
    ...candidateTables(parts, reach),
    ...nearTables(parts, reach),
    anyWord(input, text),
    foundTable(input, parts, mostFound),
    // What only a ranking without weight knows is no hit; nor is such a ranking computed.
    placesTable('by_vector', parts, 'near', 'distance', weights.vector > 0 ? places : 0),
    placesTable('by_words', parts, 'found', 'rank desc', weights.keyword > 0 ? places : 0),
    `best as (
  select ${parts.bestNames.map((name) => `coalesce(v.${name}, k.${name}) as ${name}`).join(', ')}, ${score} as score
  from by_vector v full join by_words k using (${parts.keyNames})
  order by score desc, ${parts.keyNames} limit ${take}${offset(input)}
)`,
  ]
  return {
    text: `with ${tables.join(', ')}
select t.*, null::int as scanned${settings.length ? `,\n  ${settingsPutBack(settings)}` : ''}
from ${settings.length ? 'settings s' : '(select) s'} left join (
${scoredHits(parts)}
) t on true
order by t.score desc, ${ordered(parts)}`,
    values: values.values,
  }
}

// ts_rank_cd of 2000 chunks of 150 words took 0.17 s more than finding them with 64 words, 0.5 s with 256, 67 s with 1000.
const mostWords = 64

/** `words`: any of the first words of the text, without what the language passes over. */
const anyWord = (input: Pick<WordStatementInput, 'textSearch'>, text: string) => `words as materialized (
  select string_agg('''' || replace(replace(lexeme, '\\', '\\\\'), '''', '''''') || '''', ' | ')::tsquery as query
  from (select lexeme from unnest(${textVector(input, text)}) order by positions[1] limit ${mostWords}) w
)`

// In a database of locale C every character beyond ASCII is a letter, U+FFFD too.
const searchable = (words: string) => storable(words, ' ')

// Of the chunks with the words, ranked before the best of each row is taken.
const mostFound = 2000

/** `words` holds the query. Each rank reads the chunk's text again: the index holds no places of words. */
function wordSource(input: Pick<WordStatementInput, 'textSearch'>): WordSource {
  const text = (table: string) => textVector(input, `${table}.${quoteIdentifier(storeColumns.chunk)}`)
  return {
    matches: (table) => `${text(table)} @@ (select query from words)`,
    rank: (table) => `ts_rank_cd(${text(table)}, (select query from words))`,
  }
}

/** `found`: the chunks with the words, ranked. */
function foundTable(
  input: Pick<WordStatementInput, 'textSearch'>,
  { nearColumns, keyNames, store, filter }: StatementParts,
  most: number | undefined,
): string {
  const { matches, rank } = wordSource(input)
  const passes = filter && `${filter.columnsOf('c')} in (${filter.matching})`
  const limit = most === undefined ? '' : `\n  order by rank desc, ${keyNames} limit ${most}`
  return `found as materialized (
  select ${nearColumns}, ${rank('c')} as rank
  from ${store} c${where(matches('c'), passes)}${limit}
)`
}

const ofEachParent = ({ keyNames }: StatementParts, table: string, order: string) =>
  `select distinct on (${keyNames}) * from ${table} order by ${keyNames}, ${order}`

function placesTable(name: string, parts: StatementParts, table: string, order: string, places: number): string {
  const rows = parts.choosesBest ? `(${ofEachParent(parts, table, order)})` : table
  return `${name} as (
  select r.*, row_number() over (order by ${order}, ${parts.keyNames}) as place from ${rows} r
  order by place limit ${places}
)`
}

function scoredHits({ hitColumns, hitTables, store, isBest, distance }: StatementParts): string {
  return `  select ${hitColumns}, ${distance} as distance, b.score
  from best b join ${store} c on ${isBest}${hitTables}`
}

const offset = ({ skip }: Pick<StatementInput, 'skip'>) => (skip ? ` offset ${skip}` : '')

const ordered = ({ keyNames }: StatementParts): string =>
  keyNames
    .split(', ')
    .map((name) => `t.${name}`)
    .join(', ')
