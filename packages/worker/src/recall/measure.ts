// Measures recall and time of an index scan with several settings, against exact search over the same vectors.
import { type Database, type Queryable, quoteIdentifier, VectorizerError, vectorColumn } from '@prisma-vectorizer/spec'
import { readIndexes, type StoreIndex, usedIndex } from './index-use.ts'
import { mixedQueries } from './mix.ts'
import { distancesOf, mean, quantile, recallOf } from './score.ts'
import { type ScanKnob, scanKnob } from './settings.ts'
import { exactStatement, indexStatement, type Neighbour } from './statement.ts'
import type { RecallTarget } from './target.ts'

export interface MeasureOptions {
  /** Neighbours wanted. */
  readonly k: number
  /** How many are mixed of the stored vectors, and of which. */
  readonly queries: number
  readonly seed: number
  /** To search for instead, as text in the form of the stored type; at least one. */
  readonly embeddings?: readonly string[] | undefined
  /** Told once, when exact search is going to take long. */
  readonly say?: (message: string) => void
}

/** In milliseconds, from here: with the way to the database and back. */
export interface Times {
  readonly medianMs: number
  readonly p95Ms: number
}

export interface Point extends Times {
  readonly value: number
  /** Mean over all queries, 0 to 1. */
  readonly recall: number
  /** Of the query that fared worst. */
  readonly worst: number
}

export interface Measurement {
  readonly vectors: number
  /** Queries that were searched for: fewer than asked for where there are fewer vectors. */
  readonly queries: number
  readonly exact: Times
  readonly knob: ScanKnob
  readonly index: StoreIndex | undefined
  /**
   * `planned`: the planner uses it. `forced`: only with `enable_seqscan` off, as it was measured; `partly`: so for some
   * settings. `never`: not even then; there are no points.
   */
  readonly use: 'planned' | 'partly' | 'forced' | 'never'
  /** By setting, ascending. */
  readonly points: readonly Point[]
}

/** Undefined where there is no index: search is exact. Throws VZ506 where there are no more than `k` vectors. */
export function measureRecall(
  database: Database,
  target: RecallTarget,
  options: MeasureOptions,
): Promise<Measurement | undefined> {
  const knob = scanKnob(target.spec, options.k)
  if (!knob) return Promise.resolve(undefined)
  return database.transaction(async (connection) => {
    // One snapshot for all: a row that comes or goes meanwhile would count as a mistake of the index.
    await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY')
    await connection.query(
      `SELECT set_config('search_path', concat_ws(', ', nullif(current_setting('search_path'), ''), $1::text), true)`,
      [quoteIdentifier(target.vectorSchema)],
    )
    return measure(connection, target, knob, options)
  })
}

async function measure(
  connection: Queryable,
  target: RecallTarget,
  knob: ScanKnob,
  { k, queries: wanted, seed, embeddings, say = () => {} }: MeasureOptions,
): Promise<Measurement> {
  const vectors = await countVectors(connection, target)
  if (vectors <= k) throw tooFew(target.label, vectors, k)
  const queries = embeddings ?? (await mixedQueries(connection, target, wanted, seed))
  const [first] = queries
  if (first === undefined) throw tooFew(target.label, 0, k)
  const { distances, times } = await searchExactly(connection, target, queries, k, say)

  const statements = knob.values.map((value) => indexStatement(target, knob, value, k))
  const { index, use } = await findUse(connection, target, statements, first)
  const exact = timesOf(times)
  const found = { vectors, queries: queries.length, exact, knob, index, use }
  if (use === 'never') return { ...found, points: [] }
  // Not timed: the first to come would pay for reading the index from the disk.
  for (const query of queries.slice(0, blockLength)) {
    for (const statement of statements) await connection.query(statement, [query])
  }
  const results = await searchByIndex(connection, statements, queries, distances)
  const points = knob.values.map((value, at): Point => {
    const { recalls = [], times: ms = [] } = results[at] ?? {}
    return { value, recall: rounded(mean(recalls), 6), worst: Math.min(...recalls), ...timesOf(ms) }
  })
  return { ...found, points }
}

// One query after another with all settings made the least of them look slower than the next (0.44 ms, 0.37), presumably
// because it came after the widest scan, with the CPU's caches full of other things. All queries with one setting after
// another would let a busy minute fall on one of them.
const blockLength = 10

/** Recall and milliseconds of every query, by statement. */
async function searchByIndex(
  connection: Queryable,
  statements: readonly string[],
  queries: readonly string[],
  distances: readonly (readonly number[])[],
) {
  const results = statements.map(() => ({ recalls: [] as number[], times: [] as number[] }))
  for (let start = 0; start < queries.length; start += blockLength) {
    for (const [at, statement] of statements.entries()) {
      for (const [number, query] of queries.slice(start, start + blockLength).entries()) {
        const { answer, ms } = await timed(connection, statement, query)
        results[at]?.recalls.push(recallOf(distancesOf(answer), distances[start + number] ?? []))
        results[at]?.times.push(ms)
      }
    }
  }
  return results
}

async function searchExactly(
  connection: Queryable,
  target: RecallTarget,
  queries: readonly string[],
  k: number,
  say: (message: string) => void,
) {
  const statement = exactStatement(target, k)
  const distances: (readonly number[])[] = []
  const times: number[] = []
  for (const query of queries) {
    const { answer, ms } = await timed(connection, statement, query)
    distances.push(distancesOf(answer))
    times.push(ms)
    const seconds = (ms * queries.length) / 1_000
    if (times.length === 1 && seconds > 10) {
      say(`${queries.length} exact searches take about ${Math.round(seconds)} s; fewer queries make it less`)
    }
  }
  return { distances, times }
}

/**
 * Whether the planner uses the index for the statements, of which a re-ranking one differs in how many rows it reads.
 * Sequential scans are put off for the rest of the transaction where that is what it takes; nothing else is changed.
 */
async function findUse(connection: Queryable, target: RecallTarget, statements: readonly string[], query: string) {
  const indexes = await readIndexes(connection, target)
  const scan = async () => {
    const used: StoreIndex[] = []
    for (const statement of statements) {
      const index = await usedIndex(connection, statement, query, indexes)
      if (index) used.push(index)
    }
    return used
  }
  const planned = await scan()
  if (planned.length === statements.length) return { index: planned[0], use: 'planned' } as const
  await connection.query(`SELECT set_config('enable_seqscan', 'off', true)`)
  const [index] = await scan()
  if (!index) return { index: undefined, use: 'never' } as const
  return { index, use: planned.length > 0 ? 'partly' : 'forced' } as const
}

async function timed(connection: Queryable, statement: string, query: string) {
  const start = performance.now()
  const answer = (await connection.query(statement, [query])) as readonly unknown[] as readonly Neighbour[]
  return { answer, ms: performance.now() - start }
}

const timesOf = (times: readonly number[]): Times => ({
  medianMs: rounded(quantile(times, 0.5), 3),
  p95Ms: rounded(quantile(times, 0.95), 3),
})

const rounded = (value: number, digits: number) => Number(value.toFixed(digits))

async function countVectors(connection: Queryable, { spec, store }: RecallTarget): Promise<number> {
  const column = quoteIdentifier(vectorColumn(spec.store))
  const [row] = await connection.query<{ vectors: number }>(`SELECT count(${column})::float8 AS vectors FROM ${store}`)
  return row?.vectors ?? 0
}

function tooFew(label: string, vectors: number, k: number): VectorizerError {
  const held = vectors === 0 ? 'no vectors' : vectors === 1 ? '1 vector' : `${vectors} vectors`
  return new VectorizerError('VZ506', {
    fact: `${label} holds ${held} that can be searched for, which is too few for \`--k ${k}\`.`,
    why: `Whatever a search does, the ${k} nearest of so few are all of them.`,
    fix: vectors > 2 ? 'Ask for fewer, e.g. `--k 1`, or embed more rows first.' : 'Embed rows first.',
  })
}
