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
    'waiting for 20 min',
  ],
]

describe('the doctor finds', () => {
  const { run } = useVectorizedTables(made)

  findsAndMends(run, mendedBySql)
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
