// Triggers, functions and queue: each finding is broken first, and mended by what the doctor names.
import { describe, expect, it } from 'vitest'
import { useVectorizedTables } from '../../../test/support/vectorized-tables.ts'
import { type Case, finds, findsAndMends, made, ours, trigger } from './support/broken-tables.ts'
import { findingsOf, named, registryOnly } from './support/examine.ts'

const mendedBySql: readonly Case[] = [
  ...['insert', 'update', 'guard', 'delete', 'truncate'].flatMap((name): Case[] => [
    [`no ${name} trigger`, `DROP TRIGGER ${trigger(name)} ON "BlogPost"`, ['DR601 BlogPost.content'], trigger(name)],
    [
      `a disabled ${name} trigger`,
      `ALTER TABLE "BlogPost" DISABLE TRIGGER ${trigger(name)}`,
      ['DR602 BlogPost.content'],
      trigger(name),
    ],
  ]),
  [
    'a trigger on another table instead',
    `DROP TRIGGER ${trigger('truncate')} ON "BlogPost";
     CREATE TRIGGER ${trigger('truncate')} AFTER TRUNCATE ON "Note" EXECUTE FUNCTION ${ours('dequeue_all')}()`,
    ['DR603 BlogPost.content'],
    'is on public."Note"',
  ],
  [
    'a trigger on another table besides',
    `CREATE TRIGGER ${trigger('truncate')} AFTER TRUNCATE ON "Note" EXECUTE FUNCTION ${ours('dequeue_all')}()`,
    ['DR603 BlogPost.content'],
    'is on public."Note"',
  ],
  [
    'a trigger that calls another function',
    `DROP TRIGGER ${trigger('truncate')} ON "BlogPost";
     CREATE TRIGGER ${trigger('truncate')} AFTER TRUNCATE ON "BlogPost" EXECUTE FUNCTION vectorizer."Note_embedding_dequeue_all"()`,
    ['DR604 BlogPost.content'],
    'calls vectorizer.Note_embedding_dequeue_all',
  ],
  [
    'no function',
    `DROP FUNCTION ${ours('changed')}(anyelement, anyelement) CASCADE`,
    ['DR605 BlogPost.content', 'DR601 BlogPost.content'],
    ours('changed').replace('vectorizer.', ''),
  ],
  [
    "no function of the registry's",
    'DROP FUNCTION vectorizer.current_key(regclass)',
    ['DR605 BlogPost.content', 'DR605 Note.text'],
    '"current_key"',
  ],
  [
    'a function of another body',
    `CREATE OR REPLACE FUNCTION ${ours('dequeue_all')}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
     SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN NULL; END'`,
    ['DR606 BlogPost.content'],
    'not as this version writes it',
  ],
  [
    'a guard that switched, its columns being there again',
    `ALTER TABLE "BlogPost" RENAME COLUMN title TO heading; UPDATE "BlogPost" SET rank = 1;
     ALTER TABLE "BlogPost" RENAME COLUMN heading TO title`,
    ['DR607 BlogPost.content'],
    'every update',
  ],
  [
    'a function with the rights of its caller',
    `ALTER FUNCTION ${ours('dequeue_all')}() SECURITY INVOKER`,
    ['DR608 BlogPost.content'],
    'dequeue_all',
  ],
  [
    'a function without a path',
    `ALTER FUNCTION ${ours('guard')}() RESET search_path`,
    ['DR609 BlogPost.content'],
    '_guard',
  ],
  [
    'a function for everybody',
    `GRANT EXECUTE ON FUNCTION ${ours('guard')}() TO PUBLIC`,
    ['DR610 BlogPost.content'],
    '_guard',
  ],
  [
    'a condition not for everybody',
    `REVOKE ALL ON FUNCTION ${ours('changed')}(anyelement, anyelement) FROM PUBLIC`,
    ['DR611 BlogPost.content'],
    '(anyelement, anyelement)',
  ],
  [
    'no queue',
    `DROP TABLE ${ours('queue')}`,
    ['DR701 BlogPost.content'],
    ours('queue').replace('vectorizer', '"vectorizer"'),
  ],
  [
    'a queue without a column',
    `ALTER TABLE ${ours('queue')} DROP COLUMN error`,
    ['DR702 BlogPost.content'],
    'no column error',
  ],
  [
    'a queue of an older version',
    `ALTER TABLE ${ours('queue')} DROP COLUMN lost_leases, DROP COLUMN reembed`,
    ['DR702 BlogPost.content'],
    'no column lost_leases; it has no column reembed',
  ],
  [
    'a queue without its order',
    `ALTER TABLE ${ours('queue')} DROP COLUMN queued_at`,
    ['DR702 BlogPost.content'],
    'queued_at',
  ],
  [
    'a queue of other keys',
    `ALTER TABLE ${ours('queue')} ALTER COLUMN key_id TYPE text`,
    ['DR702 BlogPost.content'],
    'key_id is text, not INTEGER',
  ],
  [
    'a queue without a key',
    `ALTER TABLE ${ours('queue')} DROP CONSTRAINT "BlogPost_embedding_store_queue_pkey"`,
    ['DR702 BlogPost.content'],
    'primary key',
  ],
  [
    'failed rows',
    `INSERT INTO ${ours('queue')} (key_id, failed_at, error) VALUES (1, now(), 'too long'), (2, now(), 'too long'), (3, now(), 'odd')`,
    ['DR703 BlogPost.content'],
    '3 rows given up, most often: too long.',
  ],
  [
    'a paused vectorizer',
    `UPDATE vectorizer.vectorizer SET paused = true WHERE name LIKE 'Blog%'`,
    ['DR706 BlogPost.content'],
    'paused',
  ],
]

const mendedForAll: readonly Case[] = [
  ...['error', 'progress', 'worker'].map(
    (name): Case => [
      `no table of ${name}`,
      `DROP TABLE vectorizer.${name}`,
      ['DR707 database'],
      `vectorizer.${name} does not exist`,
    ],
  ),
  [
    'a table without a column',
    'ALTER TABLE vectorizer.progress DROP COLUMN tokens',
    ['DR707 database'],
    'has no column tokens',
  ],
  [
    'heartbeats without times',
    'ALTER TABLE vectorizer.worker DROP COLUMN heartbeat_at',
    ['DR707 database'],
    'heartbeat_at',
  ],
  [
    'a column of another type',
    'ALTER TABLE vectorizer.error ALTER COLUMN count TYPE text',
    ['DR707 database'],
    'has count as text, not integer',
  ],
]

const mendedOtherwise: readonly Case[] = [
  [
    'a renamed column, and an update since',
    `ALTER TABLE "Note" RENAME COLUMN text TO body; UPDATE "Note" SET body = ''`,
    ['DR303 Note.text', 'DR607 Note.text'],
    'every update',
  ],
  [
    'expired leases',
    `INSERT INTO ${ours('queue')} (key_id, lease, not_before) VALUES (1, gen_random_uuid(), now() - interval '1 s')`,
    ['DR705 BlogPost.content'],
    'leases of 1 row',
  ],
  [
    'a row that nobody claims',
    `INSERT INTO ${ours('queue')} (key_id, queued_at) VALUES (1, now() - interval '20 min')`,
    ['DR704 BlogPost.content'],
    'waiting for 20 min 0 s, and no worker runs.',
  ],
  [
    'rows that workers died with, and others of which that cannot be said',
    `INSERT INTO ${ours('queue')} (key_id, lost_leases, failed_at) VALUES (1, 3, NULL), (2, 4, NULL), (3, 2, NULL)`,
    ['DR708 BlogPost.content'],
    'The workers that held 2 rows died, 3 times or more.',
  ],
]

const waiting = `INSERT INTO ${ours('queue')} (key_id, queued_at) VALUES (1, now() - interval '1 h')`
const heardOf = (
  ago: string,
  stopped = 'NULL',
) => `INSERT INTO vectorizer.worker (id, version, host, heartbeat_seconds, heartbeat_at, stopped_at)
  VALUES (gen_random_uuid(), '1', 'host', 10, now() - interval '${ago}', ${stopped})`

describe('the doctor finds', () => {
  const { run } = useVectorizedTables(made)

  findsAndMends(run, mendedBySql)
  findsAndMends(run, mendedForAll)
  finds(run, mendedOtherwise)

  it('no long wait where a worker is at work, or none is wanted', async () => {
    await run(`INSERT INTO ${ours('queue')} (key_id, queued_at) VALUES (1, now() - interval '1 h')`)
    await run(
      `INSERT INTO ${ours('queue')} (key_id, lease, not_before) VALUES (2, gen_random_uuid(), now() + interval '1 min')`,
    )
    expect(await findingsOf(run)).toEqual([])
    await run(`DELETE FROM ${ours('queue')} WHERE key_id = 2; UPDATE vectorizer.vectorizer SET paused = true`)
    expect(named(await findingsOf(run))).toEqual(['DR706 BlogPost.content', 'DR706 Note.text'])
  })

  it.each([
    ['runs', heardOf('20 s'), 'and no worker holds any, though 1 runs.', /status/],
    ['was killed', heardOf('40 s'), 'and no worker runs: the last was heard of 40 s ago.', /worker`/],
    ['was stopped', heardOf('20 s', 'now()'), 'and no worker runs: the last was heard of 20 s ago.', /worker`/],
    ['cannot be known of', 'ALTER TABLE vectorizer.worker RENAME TO hidden', 'and no worker holds any.', /worker`/],
  ])('a long wait, where a worker %s', async (_, sql, says, fix) => {
    await run(`${waiting}; ${sql}`)
    const finding = (await findingsOf(run)).find(({ code }) => code === 'DR704')
    expect(finding?.fact).toBe(`A row has been waiting for 1 h 0 min, ${says}`)
    expect(finding?.fix).toMatch(fix)
  })

  it('how many rows wait for the end of a pause', async () => {
    await run(`${waiting}; UPDATE vectorizer.vectorizer SET paused = true WHERE name LIKE 'Blog%'`)
    expect((await findingsOf(run)).map(({ fact }) => fact)).toEqual([
      'It is paused: 1 row waits, and nothing is embedded.',
    ])
  })

  it('columns that a queue lacks, and adds them beside the rows that wait', async () => {
    await run(
      `${waiting}; ALTER TABLE ${ours('queue')} DROP COLUMN lost_leases; ALTER TABLE ${ours('queue')} DROP COLUMN lease`,
    )
    const [finding] = await findingsOf(run)
    await run(finding?.sql ?? '')
    const [row] = await run(
      `SELECT key_id, lost_leases, lease, queued_at < now() - interval '1 min' AS waits FROM ${ours('queue')}`,
    )
    expect(row).toEqual({ key_id: 1, lost_leases: 0, lease: null, waits: true })
  })

  it('rows given up and a pause, and names the commands for them', async () => {
    await run(`INSERT INTO ${ours('queue')} (key_id, failed_at, error) VALUES (1, now(), 'too long');
      UPDATE vectorizer.vectorizer SET paused = true WHERE name LIKE 'Blog%'`)
    const findings = await findingsOf(run)
    expect(findings.map(({ code, fix }) => [code, fix])).toEqual([
      ['DR706', 'Run `npx prisma-vectorizer resume BlogPost.contentEmbeddings`.'],
      ['DR703', 'Mend the cause, then run `npx prisma-vectorizer retry BlogPost.contentEmbeddings`.'],
    ])
    expect(findings[1]?.why).toContain('npx prisma-vectorizer errors')
  })

  it('a function that an older migration wrote, as a warning', async () => {
    await run(`CREATE OR REPLACE FUNCTION ${ours('dequeue_all')}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
      SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN NULL; END'`)
    const isMigrated = (text: string) => 'AS $function$BEGIN RETURN NULL; END$function$'.includes(text)
    const [finding] = await findingsOf(run, { ...registryOnly, isMigrated })
    expect(finding).toMatchObject({ code: 'DR606', level: 'warning' })
    expect((await findingsOf(run))[0]).toMatchObject({ code: 'DR606', level: 'error' })
  })

  it('what it can where the generator is not installed', async () => {
    await run(`DROP TRIGGER ${trigger('insert')} ON "BlogPost"; ALTER FUNCTION ${ours('guard')}() SECURITY INVOKER`)
    const findings = await findingsOf(run, { ...registryOnly, tools: undefined })
    expect(named(findings)).toEqual(['DR608 BlogPost.content', 'DR601 BlogPost.content'])
    expect(findings[1]?.fix).toContain('@prisma-vectorizer/generator')
    expect(findings[1]?.sql).toBeUndefined()
  })
})
