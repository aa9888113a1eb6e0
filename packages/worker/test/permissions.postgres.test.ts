// The least a worker's role needs: with the rights that the generator grants all of the worker's work succeeds, and
// without any one of them some of it fails.
import { readFile } from 'node:fs/promises'
import { quoteIdentifier, type RowFilter, type VectorizerSpec } from '@prisma-vectorizer/spec'
import { expect, test } from 'vitest'
import { type Right, rightText, workerRights } from '../../generator/src/tools.ts'
import { listErrors, pauseVectorizers, resumeVectorizers, retryRows } from '../src/index.ts'
import { type Blog, openBlog } from './support/blog.ts'
import { always, fakeEmbedder, recordingLogger } from './support/fake-embedders.ts'
import { createRole, type TestRole } from './support/roles.ts'
import { runCommand } from './support/run-command.ts'
import { blogPost, blogPostColumn, blogPostTable, installVectorizer } from './support/vectorizers.ts'

const filter: RowFilter = {
  kind: 'compare',
  column: { field: 'views', column: 'views', type: 'number', sqlType: 'INTEGER' },
  operator: '<',
  value: 10,
}
const kind = {
  field: 'kind',
  column: 'kind',
  type: 'Kind',
  sqlType: '"app"."Kind"',
  storeField: 'kind',
  storeColumn: 'kind',
}
/** A key of two parts, one of a type in a schema; a source and a store in two schemas; a filter. */
const table: VectorizerSpec = {
  ...blogPost,
  source: { ...blogPost.source, schema: 'app', filter, key: [kind, ...blogPost.source.key] },
  store: { ...blogPost.store, schema: 'stores' },
  chunking: { ...blogPost.chunking, size: 12, overlap: 0 },
}
const column: VectorizerSpec = {
  ...blogPostColumn,
  source: { ...blogPostColumn.source, schema: 'app', filter },
  store: { ...blogPostColumn.store, schema: 'app' },
}
const compoundTable = `CREATE TYPE app."Kind" AS ENUM ('essay');
CREATE TABLE app."BlogPost" (
  kind app."Kind" NOT NULL DEFAULT 'essay', id serial, title text NOT NULL DEFAULT 'Title', content text,
  views integer NOT NULL DEFAULT 0, PRIMARY KEY (kind, id)
);`

const open = (spec: VectorizerSpec, source: string) =>
  openBlog({
    sql: `CREATE SCHEMA app; CREATE SCHEMA stores; SET search_path = app, public; ${source} ${installVectorizer(spec)}
      RESET search_path`,
  })

/** One privilege on one column each, where columns are named. */
const each = (rights: readonly Right[]): readonly string[] =>
  rights.flatMap((right) =>
    right.privileges.flatMap((privilege) =>
      (right.columns ?? [null]).map((name) =>
        rightText({ ...right, privileges: [privilege], columns: name === null ? null : [name] }),
      ),
    ),
  )

test.each([
  ['a table', table, compoundTable],
  ['a column', column, blogPostTable],
] as const)('vectors in %s: every right is needed, and no other', async (_, spec, source) => {
  await using blog = await open(spec, source)
  await using role = await createRole(blog)
  const rights = each(workerRights(spec))
  for (const right of rights) await blog.query(`GRANT ${right} TO ${role.name}`)
  expect(await workAll(blog, spec, role)).toBeUndefined()
  for (const right of rights) {
    await blog.query(`REVOKE ${right} FROM ${role.name}`)
    expect(await workAll(blog, spec, role), right).toBeDefined()
    await blog.query(`GRANT ${right} TO ${role.name}`)
  }
  expect(await workAll(blog, spec, role)).toBeUndefined()
})

/**
 * Everything a worker does: writes, replaces, moves, keeps and removes chunks, fails and returns rows, notes errors and
 * counts, forgets old ones; and what its role may run besides: status, errors, retry. The first that goes wrong.
 */
async function workAll(blog: Blog, spec: VectorizerSpec, role: TestRole): Promise<string | undefined> {
  const queue = `vectorizer."${spec.name}_queue"`
  const key = spec.source.key.length === 1 ? '99' : `'essay', 99`
  await blog.query(`TRUNCATE app."BlogPost" RESTART IDENTITY CASCADE; TRUNCATE ${queue}, vectorizer.error, vectorizer.progress, vectorizer.worker;
    INSERT INTO app."BlogPost" (content)
    VALUES ('Old.'), ('To be blank.'), ('To be poison.'), ('Same.'), ('One first.' || repeat(chr(10), 2) || 'Two second.')`)
  await fill(blog, spec)
  await blog.query(`TRUNCATE ${queue};
    UPDATE app."BlogPost" SET content = (ARRAY['New.', '', 'poison', 'Same.', 'Two second.'])[id];
    INSERT INTO ${queue} (${queueKey(spec)}) SELECT ${sourceKey(spec)} FROM app."BlogPost" WHERE id = 4;
    INSERT INTO ${queue} (${queueKey(spec)}) VALUES (${key});
    INSERT INTO vectorizer.error (vectorizer, key, step, code, message, last_at)
    VALUES ('${spec.name}', '[1]', 'embed', 'VZ405', 'long over', now() - interval '1 year');
    INSERT INTO vectorizer.worker (id, version, host, heartbeat_seconds, heartbeat_at)
    VALUES (gen_random_uuid(), '1', 'long silent', 10, now() - interval '2 days')`)
  let down = true
  const embedder = fakeEmbedder((texts) => {
    if (down) throw new Error('down')
    if (texts.some((text) => text.includes('poison'))) throw Object.assign(new Error('no'), { statusCode: 400 })
  })
  const logger = recordingLogger()
  const worker = blog.worker({ database: role.url, embedder: always(embedder), logger })
  const work = async () => {
    const outage = (await worker.processBatch(`${spec.source.model}.${spec.accessor}`, { limit: 1 })).outage?.message
    if (outage !== 'down') return `outage: ${outage}`
    const [held] = await blog.query(`SELECT FROM ${queue} WHERE lease IS NOT NULL`)
    if (held) return 'a row was not released'
    await blog.query(`UPDATE ${queue} SET not_before = '-infinity'`)
    down = false
    const { embedded, removed, failed, reused, vectorizers } = await worker.drain()
    for (const { error } of vectorizers) if (error !== undefined) return error
    const expected = [4, 1, 1, spec.store.kind === 'table' ? 2 : 0]
    const done = [embedded, removed, failed, reused]
    if (`${done}` !== `${expected}`) return `embedded, removed, failed, reused: ${done}`
    const [status] = await worker.status()
    if (status?.error !== undefined) return status.error
    if (status?.pending !== 1 || status.processed !== 4) return JSON.stringify(status)
    if ((await worker.workers()).length !== 1) return 'no worker tells of itself'
    const errors = await listErrors(role.url, { state: 'all', limit: 2 })
    if (`${errors.map(({ step, state }) => `${step} ${state}`)}` !== 'embed retrying,embed resolved')
      return JSON.stringify(errors)
    const retried = await retryRows(role.url, { step: 'embed' })
    if (retried.rows !== 1) return JSON.stringify(retried)
    await worker.stop()
    const [left] = await blog.query<{ workers: string; errors: number }>(`SELECT
      (SELECT string_agg(host, ', ') FROM vectorizer.worker WHERE stopped_at IS NULL) AS workers,
      (SELECT count(*)::int FROM vectorizer.error) AS errors`)
    if (left?.workers !== null || left.errors !== 2) return JSON.stringify(left)
    return logger.lines.find((line) => /cannot be/.test(line))
  }
  try {
    return await work()
  } catch (error) {
    return String(error)
  } finally {
    await worker.stop()
  }
}

const queueKey = (spec: VectorizerSpec) =>
  spec.source.key.map(({ column: name }) => quoteIdentifier(`key_${name}`)).join()
const sourceKey = (spec: VectorizerSpec) => spec.source.key.map(({ column: name }) => quoteIdentifier(name)).join()

/** What is stored, as a worker of the owner's would have left it, which takes longer. */
async function fill(blog: Blog, { store }: VectorizerSpec): Promise<void> {
  const vector = "'[1,2,3,4,5,6,7,8]'"
  await blog.query(
    store.kind === 'column'
      ? `UPDATE app."BlogPost" SET embedding = ${vector}`
      : `INSERT INTO stores."BlogPost_embedding_store" (kind, id, chunk_seq, chunk, embedding)
         SELECT kind, id, place - 1, title || ' - ' || part, ${vector}
         FROM app."BlogPost" CROSS JOIN LATERAL regexp_split_to_table(content, E'\\n\\n') WITH ORDINALITY AS p (part, place)`,
  )
}

test('a missing right is called that', async () => {
  await using blog = await openBlog()
  await using role = await createRole(blog)
  await blog.query(
    `GRANT USAGE ON SCHEMA vectorizer TO ${role.name}; GRANT SELECT ON vectorizer.vectorizer TO ${role.name}`,
  )
  await blog.insert(['Text.'])
  const worker = blog.worker({ database: role.url })
  const message = `VZ504 BlogPost.contentEmbeddings: permission denied for table BlogPost_embedding_store_queue.
  why: The role that the worker connects as lacks a right.
  fix: Run \`prisma-vectorizer doctor --worker-role …\` with the name of that role, as the owner of the tables: it prints the GRANT. Or let the worker connect as the owner.`
  expect((await worker.drain()).vectorizers[0]?.error).toBe(message)
  expect((await worker.status())[0]?.error).toBe(message)
  await worker.stop()
})

test('without rights to errors, progress and workers it embeds, gives rows up, and says so once', async () => {
  await using blog = await openBlog()
  await using role = await createRole(blog)
  for (const right of workerRights(blogPost)) {
    if (/\.(?:error|progress|worker)$/.test(right.object)) continue
    await blog.query(`GRANT ${rightText(right)} TO ${role.name}`)
  }
  await blog.query(`GRANT USAGE ON SCHEMA public TO ${role.name}`)
  await blog.insert(['good', 'poison', 'poison too'])
  const logger = recordingLogger()
  const embedder = fakeEmbedder((texts) => {
    if (texts.some((text) => text.includes('poison'))) throw Object.assign(new Error('no'), { statusCode: 400 })
  })
  const worker = blog.worker({ database: role.url, embedder: always(embedder), logger, maxAttempts: 2, batchSize: 1 })
  expect(await worker.drain()).toMatchObject({ embedded: 1, failed: 2, drained: true })
  await blog.query(`UPDATE vectorizer."BlogPost_embedding_store_queue" SET not_before = '-infinity'`)
  expect(await worker.drain()).toMatchObject({ failed: 2, drained: true })
  expect(await worker.status()).toMatchObject([{ embedded: 1, failed: 2, processed: 0, error: undefined }])
  expect(await blog.queued()).toMatchObject([
    { key_id: 2, attempts: 2, failed: true, error: 'no' },
    { key_id: 3, attempts: 2, failed: true, error: 'no' },
  ])
  await worker.stop()
  expect(logger.lines.filter((line) => line.includes('cannot be')).sort()).toEqual([
    'warn errors cannot be noted in vectorizer.error, embedding goes on without: permission denied for table error',
    'warn heartbeats cannot be written, embedding goes on without: permission denied for table progress',
  ])
})

test('who may pause is told by a right of its own, and no worker has it', async () => {
  await using blog = await openBlog()
  await using worker = await createRole(blog)
  await using operator = await createRole(blog)
  const label = 'BlogPost.contentEmbeddings'
  const page = await readFile(new URL('../../../docs/permissions.md', import.meta.url), 'utf8')
  const documented = /```sql\n(.*?)```/su.exec(page)?.[1] ?? ''
  for (const right of workerRights(blogPost)) await blog.query(`GRANT ${rightText(right)} TO ${worker.name}`)
  const refused = await runCommand(['pause', label, '--database-url', worker.url])
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('The role that connects needs UPDATE (paused) on vectorizer.vectorizer.'),
  })
  const again = retryRows(worker.url, { vectorizers: [label], allRows: true })
  await expect(again).rejects.toMatchObject({ code: 'VZ504', why: expect.stringContaining('INSERT') })

  const rights = [
    'USAGE ON SCHEMA vectorizer',
    'SELECT ON vectorizer.vectorizer',
    'UPDATE (paused) ON vectorizer.vectorizer',
  ]
  for (const right of rights) await blog.query(`GRANT ${right} TO ${operator.name}`)
  for (const right of rights) {
    await blog.query(`REVOKE ${right} FROM ${operator.name}`)
    await expect(pauseVectorizers(operator.url), right).rejects.toMatchObject({
      code: expect.stringMatching(/^VZ50[47]$/),
    })
    await blog.query(`GRANT ${right} TO ${operator.name}`)
  }
  await blog.query(`REVOKE ALL ON ALL TABLES IN SCHEMA vectorizer FROM ${operator.name}`)
  await expect(pauseVectorizers(operator.url)).rejects.toThrow('VZ507')
  await blog.query(documented.replaceAll('vectorizer_operator', operator.name))
  expect(await pauseVectorizers(operator.url)).toEqual([{ vectorizer: label, changed: true }])
  expect(await resumeVectorizers(operator.url)).toEqual([{ vectorizer: label, changed: true }])
  // As a member of the worker's role it may look and retry as well.
  await blog.query(`GRANT ${worker.name} TO ${operator.name}`)
  expect(await listErrors(operator.url)).toEqual([])
  expect((await runCommand(['status', '--database-url', operator.url])).code).toBe(0)
  expect((await retryRows(operator.url)).rows).toBe(0)
})
