// The end of a soak: healthy workers empty the queues, and every row that is left, and every error, is explained.
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { retryRows } from '../../packages/worker/src/errors/retry-rows.ts'
import type { ExpectedRows } from './expected.ts'
import { readExpected } from './expected.ts'
import type { Failures } from './failures.ts'
import { hasten, type QueuedRow, readQueues } from './queues.ts'

/** Seconds without any progress. */
const patience = 60

/** What the provider did to us, or what we did to the workers. Nothing else may stand in vectorizer.error. */
const explained = /^(embed VZ40[3458]|worker VZ523): /

/** Only by the rows that the provider refuses. */
const refused = /^embed VZ405: .*HTTP 400/s

export interface Settled {
  /** Rows given up in the chaos, by the kinds of errors that explain it; they are embedded when tried again. */
  readonly givenUp: number
  /** Rows that are refused, and stay. */
  readonly refused: number
}

export async function settle(client: pg.Client, url: string, failures: Failures): Promise<Settled> {
  await untilNothingWaits(client, failures)
  const left = await readQueues(client)
  for (const row of left) {
    if (!row.noted.some((line) => explained.test(line) && line.endsWith(row.error ?? '')))
      failures.fail(`A row was given up and nothing explains it: ${JSON.stringify(row)}`)
  }
  await checkErrors(client, failures)

  const wanted = refusedRows(await readExpected(client))
  await retryRows(url)
  await untilNothingWaits(client, failures)
  const rest = await readQueues(client)
  for (const row of rest) {
    if (row.leased) failures.fail(`A lease is left over: ${JSON.stringify(row)}`)
    if (!wanted.delete(nameOf(row))) failures.fail(`A healthy provider did not help this row: ${JSON.stringify(row)}`)
    else if (!row.noted.some((line) => refused.test(line)))
      failures.fail(`A refused row does not say by whom: ${JSON.stringify(row)}`)
  }
  for (const name of wanted) failures.fail(`A row that the provider refuses is not in the queue: ${name}`)
  const unrefused = left.filter((row) => !rest.some((other) => nameOf(other) === nameOf(row)))
  return { givenUp: unrefused.length, refused: rest.length }
}

const nameOf = ({ vectorizer, key }: Pick<QueuedRow, 'vectorizer' | 'key'>): string => `${vectorizer} ${key}`

function refusedRows(expected: ReadonlyMap<{ readonly name: string }, ExpectedRows>): Set<string> {
  return new Set(
    [...expected].flatMap(([{ name }, rows]) =>
      [...rows.values()].filter((row) => row.refused).map(({ key }) => nameOf({ vectorizer: name, key })),
    ),
  )
}

async function untilNothingWaits(client: pg.Client, failures: Failures): Promise<void> {
  let before = ''
  let movedAt = performance.now()
  for (;;) {
    const waiting = (await readQueues(client)).filter(({ failed }) => !failed)
    if (waiting.length === 0) return
    const state = waiting.map((row) => `${nameOf(row)} ${row.attempts}`).join()
    if (state !== before) movedAt = performance.now()
    before = state
    if (performance.now() - movedAt > patience * 1_000) {
      failures.fail(`${waiting.length} rows wait for ever, the first: ${JSON.stringify(waiting[0])}`)
      return
    }
    await hasten(client, { onlyFailed: false })
    await sleep(150)
  }
}

/** One row for each key and kind, whatever the attempts; and only kinds that somebody here has caused. */
async function checkErrors(client: pg.Client, failures: Failures): Promise<void> {
  const { rows } = await client.query<{ kind: string; rows: number; attempts: number; message: string }>(
    `select step || ' ' || code || ': ' as kind, count(*)::int as rows, sum(count)::int as attempts, min(message) as message
     from vectorizer.error group by step, code order by 2 desc`,
  )
  for (const { kind, rows: noted, attempts, message } of rows) {
    console.log(`  ${kind}${noted} errors noted, of ${attempts} attempts`)
    if (!explained.test(kind)) failures.fail(`Nobody here has caused the error ${kind}${message}`)
  }
}
