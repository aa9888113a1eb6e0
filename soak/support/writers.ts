// Writers: each with a connection of its own, writing at random, alone and in transactions of every kind.
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Author, Writes } from './author.ts'
import { describeError, type Failures, sqlStateOf } from './failures.ts'
import { noteWrites } from './note-writes.ts'
import { postWrites } from './post-writes.ts'
import { createRandom } from './random.ts'
import type { Tally } from './tally.ts'

/** What concurrent writes may always be told. Anything else would be our triggers' doing. */
const expected: Readonly<Record<string, string>> = {
  '23505': 'unique violation',
  '40P01': 'deadlock',
  '40001': 'serialization failure',
}

export interface WritersOptions {
  readonly url: string
  readonly seed: number
  readonly count: number
  readonly failures: Failures
  /** Writes by name. */
  readonly written: Tally
  /** Expected errors by name. */
  readonly refused: Tally
  readonly summaries: Set<string>
  readonly signal: AbortSignal
  /** Told the message of every deadlock. */
  readonly onDeadlock: (detail: string) => void
}

/** Resolves when all of them have stopped, after `signal`. */
export async function runWriters(options: WritersOptions): Promise<void> {
  await Promise.all(Array.from({ length: options.count }, (_, number) => runWriter(options, number)))
}

/** By turns the queues grow, and the workers catch up: many races need a row that is embedded as soon as it is written. */
const isBusy = (): boolean => Date.now() % 10_000 < 5_000

async function runWriter(options: WritersOptions, number: number): Promise<void> {
  const { url, seed, signal, failures, refused, onDeadlock } = options
  const client = new pg.Client({
    connectionString: url,
    application_name: `soak writer ${number}`,
    // A write that waits so long waits for something of ours.
    statement_timeout: 30_000,
  })
  await client.connect()
  const author: Author = { client, random: createRandom(seed, number), summaries: options.summaries }
  while (!signal.aborted) {
    try {
      await (author.random.once(3) ? inTransaction(author, options) : writeOnce(author, options))
    } catch (error) {
      const state = sqlStateOf(error)
      if (state === '40P01') onDeadlock(describeError(error))
      const name = state === undefined ? undefined : expected[state]
      if (name) refused.add(name)
      else failures.fail(`A write of the application failed: ${describeError(error)}`)
      await client.query('rollback')
    }
    await sleep(isBusy() ? author.random.between(2, 40) : author.random.between(50, 300))
  }
  await client.end()
}

/** `where`: what may be done here. After another write a TRUNCATE would wait for writers that wait for us: a deadlock. */
async function writeOnce(
  author: Author,
  { written }: WritersOptions,
  where: 'anywhere' | 'first' | 'later' = 'anywhere',
): Promise<void> {
  const [table, all] = author.random.once(3) ? (['note', noteWrites] as const) : (['post', postWrites] as const)
  const writes = Object.entries<Writes[string]>(all).filter(
    ([name, { alone }]) => where === 'anywhere' || (!alone && (where === 'first' || name !== 'truncate')),
  )
  const name = author.random.weighted(Object.fromEntries(writes.map(([name, { often }]) => [name, often])))
  await (all as Writes)[name]?.write(author)
  written.add(`${table} ${name}`)
}

async function inTransaction(author: Author, options: WritersOptions): Promise<void> {
  const { client, random } = author
  const isolation = random.weighted({ 'read committed': 7, 'repeatable read': 2, serializable: 1 })
  await client.query(`begin isolation level ${isolation}`)
  if (isolation !== 'read committed' && random.once(2)) {
    // Takes the snapshot, and lets workers commit what it does not see.
    await client.query('select from "Note"')
    await sleep(random.between(200, 500))
  }
  const writes = random.between(1, 5)
  for (let write = 0; write < writes; write++) {
    await (random.once(5)
      ? withSavepoint(author, options)
      : writeOnce(author, options, write === 0 ? 'first' : 'later'))
    if (random.once(3)) await sleep(random.between(10, 500))
  }
  const end = random.once(5) ? 'rollback' : 'commit'
  await client.query(end)
  options.written.add(`${isolation} ${end}`)
}

async function withSavepoint(author: Author, options: WritersOptions): Promise<void> {
  const { client, random } = author
  await client.query('savepoint tried')
  await writeOnce(author, options, 'later')
  await client.query(random.once(2) ? 'rollback to tried' : 'release tried')
}
