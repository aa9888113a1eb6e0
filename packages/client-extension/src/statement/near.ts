// The CTEs that find the nearest vectors: by the index, exactly, or by whichever suits the filter.
import { isPlain, type VectorSpec } from '@prisma-vectorizer/spec'
import type { StatementParts } from './statement-parts.ts'

export interface Reach {
  /** Vectors to read from the index, or 'all' for an exact search without it. */
  readonly read: number | 'all'
  /** Rows that are wanted. */
  readonly take: number
  /**
   * Whether the statement itself searches exactly when the index scan ended too early. Otherwise the caller asks again,
   * which costs nothing where it is not needed.
   */
  readonly complete: boolean
}

// Up to this many rows pass the filter: exact search. Measured: 2 to 9 × faster there than the index, recall 0.88 → 1, and
// the more so the more the filter has to do with the meaning. Vectors that are stored in line are read for half the cost.
const fewRows = (spec: VectorSpec) => (isPlain(spec) ? 2000 : 1000)

/** The filter's candidates, and whether they are few. None for a search without a filter or index. */
export function candidateTables({ filter, spec }: StatementParts, { read }: Reach): readonly string[] {
  if (!filter || read === 'all') return []
  const few = fewRows(spec)
  return [
    `candidate (${filter.names}) as materialized (
  ${filter.matching} limit ${few + 1}
)`,
    `few as materialized (
  select count(*) <= ${few} as yes from candidate
)`,
  ]
}

/** `near`: key, what tells the row, and distance of each vector that was read. */
export function nearTables(parts: StatementParts, { read, take, complete }: Reach): readonly string[] {
  const { filter, keyNames } = parts
  if (read === 'all') return [near(exactScan(parts, filter && `${filter.columnsOf('c')} in (${filter.matching})`))]
  const passes = filter && `${filter.columnsOf('c')} in (${filter.matching})`
  const scan = indexScan(parts, read, passes, filter && 'not (select yes from few)')
  if (complete) {
    // Where few rows pass, the scan reads none, and that is never enough.
    return [
      `scanned as materialized (\n${scan}\n)`,
      `enough as materialized (
  select count(distinct (${keyNames})) >= ${take} as yes from scanned
)`,
      near(`  select * from scanned where (select yes from enough)
  union all
  (${exactScan(parts, passes, 'not (select yes from enough)').trimStart()})`),
    ]
  }
  if (!filter) return [near(scan)]
  const isCandidate = `${filter.columnsOf('c')} in (select ${filter.names} from candidate)`
  // Of the two branches the one not taken does not run: its `few` test is a one-time filter.
  return [
    near(`  (${exactScan(parts, isCandidate, '(select yes from few)').trimStart()})
  union all
  (
${scan})`),
  ]
}

const near = (body: string) => `near as materialized (\n${body}\n)`

function exactScan(parts: StatementParts, ...conditions: readonly (string | undefined)[]): string {
  const { nearColumns, store, hasVector, distance } = parts
  return `  select ${nearColumns}, ${distance} as distance
  from ${store} c${where(hasVector, ...conditions)}`
}

function indexScan(parts: StatementParts, read: number, ...conditions: readonly (string | undefined)[]): string {
  const { nearColumns, store, hasVector, indexDistance, indexOrder } = parts
  return `  select ${nearColumns}, ${indexDistance} as distance
  from ${store} c${where(hasVector, ...conditions)}
  order by ${indexOrder ?? 'distance'} limit ${read}`
}

export function where(...conditions: readonly (string | undefined)[]): string {
  const present = conditions.filter((condition) => condition !== undefined)
  return present.length ? `\n  where ${present.join(' and ')}` : ''
}
