// What the triggers cost an application's writes: backend CPU against the same table without them.
import type pg from 'pg'
import { blogSpec, blogTables, migrate } from './support/blog.ts'
import { withDatabase } from './support/database.ts'
import { backendCpu, interleaved, printRatios } from './support/measure.ts'

const rows = 100_000
const rounds = 7

export async function run(serverUrl: string): Promise<void> {
  await withDatabase(serverUrl, async (_, client) => {
    await client.query(blogTables)
    for (const copy of ['plain', 'by_hand']) {
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

    const insert = await interleaved(
      {
        plain: () => inserted(client, 'plain'),
        byHand: async () =>
          (await inserted(client, 'by_hand', 'by_hand_queue')) +
          (await backendCpu(client, () =>
            client.query('insert into by_hand_queue (id) select id from by_hand on conflict do nothing'),
          )),
        triggers: () => inserted(client, '"BlogPost"', 'vectorizer."BlogPost_embedding_store_queue"'),
      },
      rounds,
    )
    printRatios(`Insert of ${rows} rows in one statement, CPU`, 'without triggers', [
      { what: 'a second statement by hand', ratio: insert.byHand / insert.plain },
      { what: 'our triggers', ratio: insert.triggers / insert.plain, target: 2.3 },
    ])

    const tables = { plain: 'plain', triggers: '"BlogPost"' }
    for (const [what, set, target] of [
      ['Update of another column, 100k rows', 'views = views + 1', 1.3],
      ['Update that changes nothing watched (content = content)', 'content = content', 1.3],
      ['Update of the text, 100k rows', `content = content || 'x'`, undefined],
    ] as const) {
      const update = await interleaved(
        {
          plain: () => updated(client, tables.plain, set),
          triggers: () => updated(client, tables.triggers, set),
        },
        rounds,
      )
      printRatios(`${what}, CPU`, 'without triggers', [
        { what: 'our triggers', ratio: update.triggers / update.plain, ...(target && { target }) },
      ])
    }

    for (const [what, statement] of [
      ['insert', (table: string) => `insert into ${table} (title, content) values ('a title', 'a text')`],
      [
        'update of another column',
        (table: string) => `update ${table} set views = views + 1 where id = (select min(id) from ${table})`,
      ],
      [
        'update of the text',
        (table: string) => `update ${table} set content = content || 'x' where id = (select min(id) from ${table})`,
      ],
    ] as const) {
      const single = await interleaved(
        {
          plain: () => repeated(client, statement(tables.plain)),
          triggers: () => repeated(client, statement(tables.triggers)),
        },
        rounds,
      )
      printRatios(`One row, a commit each: ${what}, wall time`, 'without triggers', [
        { what: 'our triggers', ratio: single.triggers / single.plain },
      ])
    }
  })
}

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
  await client.query('truncate vectorizer."BlogPost_embedding_store_queue"')
  return backendCpu(client, () => client.query(`update ${table} set ${set}`))
}

async function repeated(client: pg.Client, statement: string): Promise<number> {
  const started = performance.now()
  for (let time = 0; time < 300; time++) await client.query({ name: statement.slice(0, 60), text: statement })
  return performance.now() - started
}
