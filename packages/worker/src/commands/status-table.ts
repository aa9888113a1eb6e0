// The statuses of vectorizers and workers as text.
import { formatSeconds } from '../progress.ts'
import type { VectorizerStatus, WorkerStatus } from '../status.ts'

export interface StatusSample {
  readonly vectorizers: readonly VectorizerStatus[]
  readonly workers: readonly WorkerStatus[]
  /** Milliseconds since the epoch. */
  readonly takenAt: number
}

/** Rows per second by registry name, where they are known. */
export type Rates = ReadonlyMap<string, number>

/** A table, what is wrong with vectorizers that cannot work, and who works. `rates`: only where they can be measured. */
export function renderStatus({ vectorizers, workers, takenAt }: StatusSample, rates?: Rates): string {
  return [
    ...table(columns(rates), vectorizers),
    ...vectorizers.flatMap(({ error }) => (error === undefined ? [] : [`\n${error}`])),
    ...vectorizers
      .filter(isTroubled)
      .map(({ name, lastError, lastErrorAt }) => `\n${name}, ${ago(lastErrorAt, takenAt)}: ${lastError}`),
    '',
    ...renderWorkers(workers, takenAt),
    '',
  ].join('\n')
}

/** Whether the last that is known of it is an error; one that cannot work at all has a newer one. */
const isTroubled = ({ lastError, lastErrorAt, lastSuccessAt, error }: VectorizerStatus): boolean =>
  lastError !== null && error === undefined && (lastSuccessAt ?? '') <= (lastErrorAt ?? '')

interface Column {
  readonly title: string
  readonly isText?: boolean
  cell(status: VectorizerStatus): string
}

const columns = (rates: Rates | undefined): readonly Column[] => [
  { title: 'vectorizer', isText: true, cell: ({ name }) => name },
  { title: 'pending', cell: ({ pending }) => count(pending) },
  { title: 'in flight', cell: ({ inFlight }) => count(inFlight) },
  { title: 'retrying', cell: ({ retrying }) => count(retrying) },
  { title: 'failed', cell: ({ failed }) => count(failed) },
  { title: 'oldest', cell: ({ oldestPending: age }) => (age === null ? '-' : formatSeconds(age)) },
  ...(rates ? [{ title: 'rows/s', cell: ({ registryName }: VectorizerStatus) => rate(rates.get(registryName)) }] : []),
  { title: 'embedded', cell: ({ embedded }) => count(embedded) },
  { title: 'chunks', cell: ({ chunks }) => count(chunks) },
  { title: 'reused', cell: ({ reused }) => count(reused) },
  { title: 'tokens', cell: ({ tokens }) => count(tokens) },
  { title: 'cost', cell: ({ cost }) => (cost === null ? '-' : dollars(cost)) },
  {
    title: 'model',
    isText: true,
    cell: ({ model, paused }) => `${model ?? 'your own vectors'}${paused ? ' (paused)' : ''}`,
  },
]

function table(columns: readonly Column[], statuses: readonly VectorizerStatus[]): readonly string[] {
  const rows = [
    columns.map(({ title }) => title),
    ...statuses.map((status) => columns.map((each) => each.cell(status))),
  ]
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, index) =>
        columns[index]?.isText ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}

function renderWorkers(workers: readonly WorkerStatus[], now: number): readonly string[] {
  const alive = workers.filter(({ state }) => state === 'alive')
  const silent = workers.filter(({ state }) => state === 'silent')
  return [
    alive.length === 0 ? 'No worker is alive.' : `${plural(alive.length, 'worker is', 'workers are')} alive:`,
    ...alive.map((worker) => {
      const { host, version, embedded, failed, startedAt, lastError, lastErrorAt } = worker
      const failures = failed > 0 ? `, ${count(failed)} attempts failed` : ''
      const error = lastError === null ? '' : `; last error ${ago(lastErrorAt, now)}: ${lastError}`
      return `  ${host}, version ${version}, started ${ago(startedAt, now)}: ${plural(embedded, 'row', 'rows')}${failures}${error}`
    }),
    ...silent.map(({ host, heartbeatAt }) => `  ${host} ended without a word, ${ago(heartbeatAt, now)}`),
  ]
}

const count = (rows: number): string => rows.toLocaleString('en-US')
const plural = (rows: number, one: string, many: string): string => `${count(rows)} ${rows === 1 ? one : many}`
const rate = (rows: number | undefined): string => (rows === undefined ? '-' : rows.toFixed(rows < 10 ? 1 : 0))
/** Below a cent the cents say nothing. */
const dollars = (amount: number): string => `$${amount.toFixed(amount === 0 || amount >= 1 ? 2 : 4)}`
const ago = (time: string | null, now: number): string =>
  time === null ? 'once' : `${formatSeconds((now - Date.parse(time)) / 1_000)} ago`
