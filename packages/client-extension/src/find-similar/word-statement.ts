// The search by words, and by vectors and words together, each as one statement.
import { quoteIdentifier, type SqlQuery, storeColumns, textConfiguration, textVector } from '@prisma-vectorizer/spec'
import { candidateTables, nearTables, where } from './near.ts'
import type { Weights } from './parse-mode.ts'
import type { QueryParameter } from './query-parameter.ts'
import { scanSettings } from './scan-settings.ts'
import { type StatementInput, settingsPutBack, settingsTable } from './statement.ts'
import { type StatementParts, statementParts } from './statement-parts.ts'
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
  const text = values.add(input.words)
  const parts = statementParts(input, values, undefined)
  const query = `websearch_to_tsquery(${configuration(input)}, ${text})`
  const { choosesBest, keyNames, bestColumns } = parts
  const found = choosesBest ? `(${ofEachParent(parts, 'found')})` : 'found'
  return {
    text: `with words as materialized (
  select ${query} as query
), ${foundTable(input, parts)}, best as (
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
 * one by words. The words count any of them, not all: a question holds words that its answer does not.
 */
export function hybridStatement(input: HybridStatementInput): SqlQuery {
  const { query, weights, places, take } = input
  const values = statementValues()
  const source = values.add(query.value)
  const text = values.add(input.words)
  const parts = statementParts(input, values, { form: query.form, source })
  const reach = { read: input.read, take: places, complete: true }
  const settings = input.read === 'all' ? [] : scanSettings(input.spec, input.read, input.tuning)
  const anyWord = `replace(plainto_tsquery(${configuration(input)}, ${text})::text, '&', '|')::tsquery`
  const score = (['vector', 'keyword'] as const)
    .map((side) => `coalesce(${values.add(weights[side])}::float8 / (${fusionConstant} + ${side[0]}.place), 0)`)
    .join(' + ')
  const tables = [
    ...(settings.length ? [settingsTable(settings)] : []),
    ...candidateTables(parts, reach),
    ...nearTables(parts, reach),
    `words as materialized (\n  select ${anyWord} as query\n)`,
    foundTable({ ...input, read: mostFound }, parts),
    placesTable('by_vector', parts, 'near', 'distance', places),
    placesTable('by_words', parts, 'found', 'rank desc', places),
    `best as (
  select ${parts.bestNames.map((name) => `coalesce(v.${name}, k.${name}) as ${name}`).join(', ')}, ${score} as score
  from by_vector v full join by_words k on ${parts.sameKey('v', 'k')}
  order by score desc, ${parts.bestNames.join(', ')} limit ${take}${offset(input)}
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

// Of the chunks with the words, ranked before the best of each row is taken.
const mostFound = 2000

const configuration = (input: WordStatementInput) => textConfiguration(input)

/** `found`: the chunks with the words, ranked. Each rank reads the chunk's text again, the index holds no places. */
function foundTable(input: Pick<WordStatementInput, 'textSearch' | 'read'>, parts: StatementParts): string {
  const { nearColumns, store, filter } = parts
  const text = textVector(input, `c.${quoteIdentifier(storeColumns.chunk)}`)
  const passes = filter && `${filter.columnsOf('c')} in (${filter.matching})`
  const limit = input.read === 'all' ? '' : ` limit ${input.read}`
  return `found as materialized (
  select ${nearColumns}, ts_rank_cd(${text}, (select query from words)) as rank
  from ${store} c${where(`${text} @@ (select query from words)`, passes)}
  order by rank desc${limit}
)`
}

const ofEachParent = ({ keyNames }: StatementParts, table: string, order = 'rank desc') =>
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
