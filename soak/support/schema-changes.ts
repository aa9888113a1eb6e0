// Migrations and maintenance of the source and the stores, one after the other, while everything else goes on.
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { describeError, type Failures, sqlStateOf } from './failures.ts'
import { createRandom } from './random.ts'
import type { Tally } from './tally.ts'

/** Done, and some time later undone. */
const pairs: readonly (readonly [done: string, undone: string])[] = [
  [
    'alter table "BlogPost" add column "extra" integer not null default 1',
    'alter table "BlogPost" drop column "extra"',
  ],
  ['alter table "Note" add column "extra" text', 'alter table "Note" drop column "extra"'],
  [
    'alter table "BlogPost" alter column "views" type bigint',
    'alter table "BlogPost" alter column "views" type integer',
  ],
  ['alter table "Note" alter column "views" type numeric', 'alter table "Note" alter column "views" type integer'],
  [
    'alter table "BlogPost" rename column "mood" to "temper"',
    'alter table "BlogPost" rename column "temper" to "mood"',
  ],
  ['alter table "Note" rename column "mood" to "temper"', 'alter table "Note" rename column "temper" to "mood"'],
  ['create index concurrently "by_title" on "BlogPost" ("title")', 'drop index concurrently if exists "by_title"'],
  ['create index concurrently "by_views" on "Note" ("views")', 'drop index concurrently if exists "by_views"'],
]

const upkeep = [
  'vacuum "BlogPost"',
  'vacuum full "BlogPost"',
  'vacuum (analyze) "BlogPost_embedding_store"',
  'vacuum "Note_embedding_store"',
  'analyze "BlogPost"',
  'analyze "Note"',
  'reindex index concurrently "BlogPost_embedding_store_embedding_vector_idx"',
  'reindex index concurrently "Note_embedding_store_embedding_vector_idx"',
  'vacuum vectorizer."BlogPost_embedding_store_queue"',
] as const

/** Lost to a lock or a deadlock; tried again another time. */
const expected = ['55P03', '40P01', '40001']

/** Seconds. */
const lockTimeout = 15

export interface SchemaChangesOptions {
  readonly url: string
  readonly seed: number
  readonly failures: Failures
  /** Statements by their first words. */
  readonly done: Tally
  readonly refused: Tally
  readonly onDeadlock: (detail: string) => void
  /** Told how long a statement took, in milliseconds, that waits for locks and does next to nothing else. */
  readonly onWaited: (statement: string, milliseconds: number) => void
  readonly signal: AbortSignal
}

/** Resolves after `signal`, everything undone. */
export async function runSchemaChanges(options: SchemaChangesOptions): Promise<void> {
  const random = createRandom(options.seed, 100)
  const client = new pg.Client({ connectionString: options.url, application_name: 'soak migrations' })
  await client.connect()
  await client.query(`set lock_timeout = '${lockTimeout}s'`)
  const isDone = pairs.map(() => false)
  const turn = async (place: number): Promise<void> => {
    const [done, undone] = pairs[place] as (typeof pairs)[number]
    if (await execute(client, isDone[place] ? undone : done, options)) isDone[place] = !isDone[place]
  }
  while (!options.signal.aborted) {
    if (random.once(3)) await execute(client, random.pick(upkeep), options)
    else await turn(random.between(0, pairs.length - 1))
    await sleep(random.between(300, 2_000), undefined, { signal: options.signal }).catch(() => {})
  }
  for (const place of isDone.keys()) while (isDone[place]) await turn(place)
  await client.end()
}

async function execute(client: pg.Client, statement: string, options: SchemaChangesOptions): Promise<boolean> {
  const started = performance.now()
  const kind = statement.split(' ', 2).join(' ')
  try {
    await client.query(statement)
    options.done.add(kind)
    // CONCURRENTLY waits for every transaction there is; of the others the wait is for the table alone.
    if (statement.startsWith('alter')) options.onWaited(statement, performance.now() - started)
    return true
  } catch (error) {
    const state = sqlStateOf(error) ?? ''
    if (state === '40P01') options.onDeadlock(describeError(error))
    if (expected.includes(state)) options.refused.add(`${kind} ${state}`)
    else options.failures.fail(`${statement} failed: ${describeError(error)}`)
    if (state === '55P03') options.onWaited(statement, lockTimeout * 1_000)
    if (statement.includes('concurrently')) await dropLeftOvers(client)
    return false
  }
}

/** What a CONCURRENTLY that failed leaves behind: invalid, or valid already, where a TRUNCATE came by and rebuilt it. */
async function dropLeftOvers(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class
     where relkind = 'i' and relname ~ '(^by_(title|views)|_cc(new|old)\\d*)$' and relnamespace = 'public'::regnamespace`,
  )
  for (const { name } of rows) {
    for (let tries = 0; tries < 20; tries++) {
      if (await dropIndex(client, name)) break
      await sleep(100)
    }
  }
}

async function dropIndex(client: pg.Client, name: string): Promise<boolean> {
  try {
    await client.query(`drop index concurrently if exists ${name}`)
    return true
  } catch (error) {
    if (expected.includes(sqlStateOf(error) ?? '')) return false
    throw error
  }
}
