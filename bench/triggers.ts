// What the triggers cost an application's writes: backend CPU, and for single rows wall time, against the same table
// without them.
import type pg from 'pg'
import { blogSpec, blogTables, migrate } from './support/blog.ts'
import { withDatabase } from './support/database.ts'
import { backendCpu, interleaved, median, printRatios } from './support/measure.ts'

const rows = 100_000
const rounds = 7

const queueOfBlog = 'vectorizer."BlogPost_embedding_store_queue"'

export async function run(serverUrl: string): Promise<void> {
  await withDatabase(serverUrl, async (_, client) => {
    await client.query(blogTables)
    for (const copy of ['plain', 'by_hand', 'empty', 'transition', 'queueing', 'watching']) {
      await client.query(`create table ${copy} (like "BlogPost" including all)`)
      // LIKE copies no foreign key, whose own triggers are part of what a write costs.
      await client.query(`alter table ${copy} add foreign key ("authorId") references "Author" ("id")`)
    }
    // What somebody without a trigger would write after each insert: the queue row, by a second statement.
    await client.query(
      'create table by_hand_queue (id integer primary key, queued_at timestamptz not null default now())',
    )
    await client.query(`create table texts as
      select 'title ' || i as title, repeat('word ' || i || ' ', 60) as content from generate_series(1, ${rows}) i`)
    await migrate(client, blogSpec({ dimensions: 8, template: '$title - $chunk' }))
    await makeFloors(client)
    await bulk(client)
    await singleRows(client)
  })
}

/**
 * What no trigger of ours could cost less than: one of each kind with nothing in it, and one that only queues, with neither
 * the rights nor the search path of its own that keep the queue apart from who writes the source.
 */
async function makeFloors(client: pg.Client): Promise<void> {
  await client.query(`
    create table floor_queue (like ${queueOfBlog} including all);
    create function nothing() returns trigger language plpgsql as $$ begin return null; end $$;
    create function queue_inserted() returns trigger language plpgsql as $$ begin
      insert into floor_queue (key_id) select id from inserted on conflict do nothing; return null; end $$;
    create function queue_row() returns trigger language plpgsql as $$ begin
      insert into floor_queue (key_id) values (new.id) on conflict do nothing; return null; end $$;
    create function dequeue_deleted() returns trigger language plpgsql as $$ begin
      delete from floor_queue where key_id in (select id from deleted); return null; end $$;
    create trigger on_insert after insert on empty for each statement execute function nothing();
    create trigger on_update after update on empty for each statement execute function nothing();
    create trigger on_delete after delete on empty for each statement execute function nothing();
    create trigger on_insert after insert on transition referencing new table as inserted for each statement execute function nothing();
    create trigger on_delete after delete on transition referencing old table as deleted for each statement execute function nothing();
    create trigger on_insert after insert on queueing referencing new table as inserted for each statement execute function queue_inserted();
    create trigger on_update after update on queueing for each row
      when (old.content is distinct from new.content or old.title is distinct from new.title or old.id <> new.id) execute function queue_row();
    create trigger on_delete after delete on queueing referencing old table as deleted for each statement execute function dequeue_deleted();
    create function is_other(before anyelement, after anyelement) returns boolean language sql immutable as
      'select after.content::text is distinct from before.content::text or after.title::text is distinct from before.title::text or after.id is distinct from before.id';
    create trigger on_update after update on watching for each row when (is_other(old.*, new.*)) execute function nothing();
    -- The keys of its store are what its foreign key looks for whenever a row is deleted or gets another key.
    create table store_of_plain (id integer not null references plain (id) on delete cascade, seq integer, unique (id, seq));
    create table store_of_queueing (id integer not null references queueing (id) on delete cascade, seq integer, unique (id, seq))`)
}

async function bulk(client: pg.Client): Promise<void> {
  const insert = await interleaved(
    {
      plain: () => inserted(client, 'plain'),
      byHand: async () =>
        (await inserted(client, 'by_hand', 'by_hand_queue')) +
        (await backendCpu(client, () =>
          client.query('insert into by_hand_queue (id) select id from by_hand on conflict do nothing'),
        )),
      triggers: () => inserted(client, '"BlogPost"', queueOfBlog),
    },
    rounds,
  )
  printRatios(`Insert of ${rows} rows in one statement, CPU`, 'without triggers', [
    { what: 'a second statement by hand', ratio: insert.byHand / insert.plain },
    { what: 'our triggers', ratio: insert.triggers / insert.plain, target: 2.3 },
    { what: 'our triggers, against the second statement', ratio: insert.triggers / insert.byHand, target: 1.2 },
  ])

  await client.query('truncate queueing cascade')
  await client.query('insert into queueing (title, content) select title, content from texts')
  for (const [what, set, target] of [
    ['Update of another column, 100k rows', 'views = views + 1', 1.3],
    ['Update that changes nothing watched (content = content)', 'content = content', 1.3],
    ['Update of the text, 100k rows', `content = content || 'x'`, 2.3],
  ] as const) {
    const update = await interleaved(
      {
        plain: () => updated(client, 'plain', set),
        floor: () => updated(client, 'queueing', set),
        triggers: () => updated(client, '"BlogPost"', set),
      },
      rounds,
    )
    printRatios(`${what}, CPU`, 'without triggers', [
      { what: whatOfSingles.queueing, ratio: update.floor / update.plain },
      { what: 'our triggers', ratio: update.triggers / update.plain, target },
    ])
  }
}

const singles = 400
const singleRounds = 15

/** What each table adds: nothing, then parts of what ours do, then ours. */
const tablesOfSingles = {
  plain: 'plain',
  empty: 'empty',
  transition: 'transition',
  watching: 'watching',
  queueing: 'queueing',
  triggers: '"BlogPost"',
} as const

type Single = keyof typeof tablesOfSingles

const whatOfSingles: Readonly<Record<Exclude<Single, 'plain'>, string>> = {
  empty: 'a trigger per statement that does nothing',
  transition: 'the same with a transition table',
  watching: 'a row trigger with our WHEN that does nothing',
  queueing: 'the floor: triggers that only write the queue',
  triggers: 'our triggers',
}

async function singleRows(client: pg.Client): Promise<void> {
  for (const table of Object.values(tablesOfSingles)) {
    await client.query(`truncate ${table} cascade`)
    // Each has its own keys from 1: those of the sequence they share would lie apart.
    await client.query(
      `insert into ${table} (id, title, content) select i, 'a title', 'a text' from generate_series(1, 20000) i`,
    )
  }
  await client.query(`truncate ${queueOfBlog}, floor_queue`)
  const measured: readonly (readonly [string, readonly Single[], (table: string) => string])[] = [
    [
      'insert',
      ['empty', 'transition', 'queueing'],
      (table) => `insert into ${table} (id, title, content) values (20000 + $1, 'a title', 'a text')`,
    ],
    [
      'update of another column',
      ['empty', 'watching', 'queueing'],
      (table) => `update ${table} set views = views + 1 where id = $1`,
    ],
    [
      'update of the text',
      ['empty', 'watching', 'queueing'],
      (table) => `update ${table} set content = content || 'x' where id = $1`,
    ],
    ['delete', ['empty', 'transition', 'queueing'], (table) => `delete from ${table} where id = $1`],
  ]
  for (const [what, floors, statement] of measured) {
    const names: readonly Single[] = ['plain', ...floors, 'triggers']
    const wall: Partial<Record<Single, number[]>> = {}
    const at: Partial<Record<Single, number>> = {}
    const cpu = await interleaved(
      Object.fromEntries(
        names.map((name) => [
          name,
          async () => {
            const done = at[name] ?? 0
            at[name] = done + singles
            const started = performance.now()
            const text = statement(tablesOfSingles[name])
            const taken = await backendCpu(client, async () => {
              for (let id = done + 1; id <= done + singles; id++) {
                await client.query({ name: `${what} ${name}`, text, values: [id] })
              }
            })
            wall[name] = [...(wall[name] ?? []), performance.now() - started]
            return taken
          },
        ]),
      ) as Record<Single, () => Promise<number>>,
      singleRounds,
    )
    const wallOf = (name: Single) => median((wall[name] ?? []).slice(1))
    const lines = [...floors, 'triggers' as const]
    printRatios(
      `One row, a commit each: ${what}, wall time`,
      `without triggers (${microseconds(wallOf('plain'))} µs)`,
      lines.map((name) => ({
        what: whatOfSingles[name as Exclude<Single, 'plain'>],
        ratio: wallOf(name) / wallOf('plain'),
        ...(name === 'triggers' && { target: 1.25 }),
      })),
    )
    printRatios(
      `One row, a commit each: ${what}, CPU`,
      `without triggers (${microseconds(cpu.plain)} µs)`,
      lines.map((name) => ({ what: whatOfSingles[name as Exclude<Single, 'plain'>], ratio: cpu[name] / cpu.plain })),
    )
  }
}

const microseconds = (milliseconds: number): string => ((milliseconds * 1000) / singles).toFixed(1)

async function inserted(client: pg.Client, table: string, queue?: string): Promise<number> {
  await client.query(`truncate ${table} cascade`)
  if (queue) await client.query(`truncate ${queue}`)
  const cpu = await backendCpu(client, () =>
    client.query(`insert into ${table} (title, content) select title, content from texts`),
  )
  return cpu
}

async function updated(client: pg.Client, table: string, set: string): Promise<number> {
  await client.query(`vacuum ${table}`)
  await client.query(`truncate ${queueOfBlog}, floor_queue`)
  return backendCpu(client, () => client.query(`update ${table} set ${set}`))
}
