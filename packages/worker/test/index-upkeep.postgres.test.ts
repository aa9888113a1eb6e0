// Indexes built by one session while others build, write, hold transactions open, or have no right to.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ensureIndex } from '../src/index-upkeep/build.ts'
import { createIndexKeeper } from '../src/index-upkeep/keeper.ts'
import type { BuildProgress } from '../src/index-upkeep/progress.ts'
import { type Blog, eventually } from './support/blog.ts'
import { always, fakeEmbedder, recordingLogger } from './support/fake-embedders.ts'
import {
  fill,
  indexesOf,
  indexName,
  type OpenedUpkeep,
  openIndexed,
  openUpkeep,
  startOver,
  vectorizer,
} from './support/index-upkeep.ts'
import { createRole } from './support/roles.ts'
import { runCommand } from './support/run-command.ts'

let blog: Blog
let upkeep: OpenedUpkeep
beforeAll(async () => {
  blog = await openIndexed('hnsw(minRows: 10)')
  upkeep = await openUpkeep(blog.url)
})
beforeEach(async () => {
  await startOver(blog, 'hnsw(minRows: 10)')
  await fill(blog, 200)
})
afterAll(async () => {
  await upkeep[Symbol.asyncDispose]()
  await blog[Symbol.asyncDispose]()
})

/** A transaction that every concurrent build of the store's index waits for, until it is called. */
async function holdBuilds(): Promise<() => Promise<unknown>> {
  const client = await blog.connect()
  await client.query(`BEGIN; INSERT INTO "BlogPost_embedding_store" (id, chunk_seq, chunk, embedding)
    SELECT 1, 1, 'held', array_fill(1, ARRAY[8])::vector`)
  return () => client.query('COMMIT')
}

const builds = () =>
  blog.query<{ pid: number; phase: string }>(
    'SELECT pid, phase FROM pg_stat_progress_create_index WHERE datname = current_database()',
  )
const untilWaiting = () => eventually(async () => (await builds()).some(({ phase }) => phase.startsWith('waiting')))

test('of two sessions one builds, and the other goes on at once', async () => {
  await using other = await openUpkeep(blog.url)
  const release = await holdBuilds()
  const building = ensureIndex(upkeep.context, await upkeep.target())
  await untilWaiting()
  expect((await other.target()).state).toBe('building')
  expect(await ensureIndex(other.context, await other.target())).toBe('busy')
  const logger = recordingLogger()
  await createIndexKeeper({ ...other.context, logger, interval: 0 }).check(vectorizer)
  expect(logger.lines).toEqual([])
  await release()
  expect(await building).toBe('built')
  expect(await indexesOf(blog)).toMatchObject([{ name: indexName, valid: true }])
})

test('many keepers at once build one index', async () => {
  const opened = await Promise.all(Array.from({ length: 4 }, () => openUpkeep(blog.url)))
  const loggers = opened.map(() => recordingLogger())
  await Promise.all(
    opened.map(({ context }, part) =>
      createIndexKeeper({ ...context, logger: loggers[part] ?? recordingLogger() }).check(vectorizer),
    ),
  )
  const lines = loggers.flatMap((logger) => logger.lines)
  expect(lines.filter((line) => line.includes('built its index'))).toHaveLength(1)
  expect(lines.filter((line) => line.startsWith('error'))).toEqual([])
  expect(await indexesOf(blog)).toMatchObject([{ name: indexName, valid: true }])
  await Promise.all(opened.map((each) => each[Symbol.asyncDispose]()))
})

test('while it is built a worker goes on embedding, and what it wrote is in the index', async () => {
  const release = await holdBuilds()
  const building = createIndexKeeper({ ...upkeep.context, logger: recordingLogger() }).check(vectorizer)
  await untilWaiting()
  const worker = blog.worker({ embedder: always(fakeEmbedder()) })
  await blog.insert(Array.from({ length: 30 }, (_, part) => `post ${part}`))
  expect(await worker.drain()).toMatchObject({ embedded: 30, drained: true })
  expect((await builds()).length).toBe(1)
  await release()
  await building
  const client = await blog.connect()
  await client.query('SET enable_seqscan = off; SET enable_sort = off; SET hnsw.ef_search = 1000')
  const query = `SELECT chunk FROM "BlogPost_embedding_store"
    ORDER BY (embedding::halfvec(8)) <=> (SELECT embedding::halfvec(8) FROM "BlogPost_embedding_store" WHERE chunk = 'post 7') LIMIT 60`
  expect(JSON.stringify((await client.query(`EXPLAIN ${query}`)).rows)).toContain(indexName)
  expect((await client.query(query)).rows).toContainEqual({ chunk: 'post 7' })
})

test('a steadily growing store gets its index', async () => {
  const worker = blog.worker({ embedder: always(fakeEmbedder()), pollInterval: 10 })
  const running = worker.run()
  let writing = true
  const writes = (async () => {
    for (let part = 0; writing; part++) await blog.insert([`post ${part}`])
  })()
  await createIndexKeeper({ ...upkeep.context, logger: recordingLogger() }).check(vectorizer)
  expect(await indexesOf(blog)).toMatchObject([{ valid: true }])
  writing = false
  await writes
  await worker.stop()
  await running
})

describe('a build that is stopped', () => {
  test('by its signal is cancelled in the server, and leaves nothing', async () => {
    const stopping = new AbortController()
    const release = await holdBuilds()
    const building = ensureIndex({ ...upkeep.context, signal: stopping.signal }, await upkeep.target())
    await untilWaiting()
    stopping.abort()
    await eventually(async () => (await builds()).length === 0)
    await release()
    expect(await building).toBe('stopped')
    expect(await indexesOf(blog)).toEqual([])
  })

  test('by the keeper too', async () => {
    const keeper = createIndexKeeper({ ...upkeep.context, logger: recordingLogger() })
    const release = await holdBuilds()
    const building = keeper.check(vectorizer)
    await untilWaiting()
    const stopped = keeper.stop()
    await eventually(async () => (await builds()).length === 0)
    await release()
    await Promise.all([building, stopped])
    expect(await indexesOf(blog)).toEqual([])
  })

  test('by Ctrl-C ends the command with 1', async () => {
    const release = await holdBuilds()
    const running = runCommand(['index', '--database-url', blog.url])
    await untilWaiting()
    process.emit('SIGINT', 'SIGINT')
    await eventually(async () => (await builds()).length === 0)
    await release()
    expect(await running).toEqual({
      code: 1,
      stdout: `BlogPost.contentEmbeddings: stopped; nothing is left of what was begun of "${indexName}"\n`,
      stderr: '',
    })
    expect(await indexesOf(blog)).toEqual([])
  })

  test('with its connection is VZ520, and the next one clears up after it', async () => {
    const release = await holdBuilds()
    const building = ensureIndex(upkeep.context, await upkeep.target())
    const rejected = expect(building).rejects.toMatchObject({ code: 'VZ520' })
    await untilWaiting()
    await blog.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_progress_create_index WHERE datname = current_database()',
    )
    await rejected
    await release()
    expect(await indexesOf(blog)).toMatchObject([{ name: indexName, valid: false }])
    expect((await upkeep.target()).state).toBe('invalid')
    expect(await ensureIndex(upkeep.context, await upkeep.target())).toBe('built')
    expect(await indexesOf(blog)).toMatchObject([{ name: indexName, valid: true }])
  })

  test('by somebody else is VZ520, and leaves nothing', async () => {
    const release = await holdBuilds()
    const building = ensureIndex(upkeep.context, await upkeep.target())
    const rejected = expect(building).rejects.toMatchObject({
      code: 'VZ520',
      fix: 'Somebody cancelled it. Run `prisma-vectorizer index` again.',
    })
    await untilWaiting()
    await blog.query(
      'SELECT pg_cancel_backend(pid) FROM pg_stat_progress_create_index WHERE datname = current_database()',
    )
    await eventually(async () => (await builds()).length === 0)
    await release()
    await rejected
    expect(await indexesOf(blog)).toEqual([])
  })
})

test('a rebuilding keeps the old index in use until the new one is there', async () => {
  await ensureIndex(upkeep.context, await upkeep.target())
  const [old] = await indexesOf(blog)
  const release = await holdBuilds()
  const building = ensureIndex(upkeep.context, await upkeep.target(), { rebuild: true })
  await untilWaiting()
  expect(await indexesOf(blog)).toMatchObject([
    { ...old, valid: true },
    { name: `${indexName}_new`, valid: false },
  ])
  await release()
  expect(await building).toBe('rebuilt')
  const after = await indexesOf(blog)
  expect(after).toMatchObject([{ name: indexName, valid: true }])
  expect(after[0]?.oid).not.toBe(old?.oid)
})

test('an index that another tool is building is waited for', async () => {
  const release = await holdBuilds()
  const client = await blog.connect()
  const theirs = client.query(
    `CREATE INDEX CONCURRENTLY "${indexName}" ON "BlogPost_embedding_store" USING hnsw ((embedding::halfvec(8)) halfvec_cosine_ops)`,
  )
  await untilWaiting()
  expect(await ensureIndex(upkeep.context, await upkeep.target())).toBe('busy')
  await release()
  await theirs
  expect(await ensureIndex(upkeep.context, await upkeep.target())).toBe('unchanged')
})

test('a role without the table is told once what to do, and builds once it may', async () => {
  await using role = await createRole(blog)
  await blog.query(`GRANT USAGE ON SCHEMA vectorizer TO ${role.name};
    GRANT SELECT ON vectorizer.vectorizer, "BlogPost_embedding_store" TO ${role.name}`)
  await using opened = await openUpkeep(role.url)
  const [owner] = await blog.query<{ owner: string }>('SELECT current_user AS owner')
  await expect(ensureIndex(opened.context, await opened.target())).rejects.toMatchObject({
    code: 'VZ520',
    fact: `BlogPost.contentEmbeddings: the role \`${role.name}\` does not own "public"."BlogPost_embedding_store".`,
    why: `Only the owner of a table, \`${owner?.owner}\`, may build its indexes.`,
  })
  const logger = recordingLogger()
  const { check } = createIndexKeeper({ ...opened.context, logger, interval: 0 })
  await check(vectorizer)
  await check(vectorizer)
  expect(logger.lines).toHaveLength(1)
  expect(logger.lines[0]).toMatch(/^warn VZ520 /)
  expect(logger.lines[0]).toContain(`GRANT "${owner?.owner}" TO "${role.name}"`)
  await blog.query(
    `ALTER TABLE "BlogPost_embedding_store" OWNER TO ${role.name}; GRANT CREATE ON SCHEMA public TO ${role.name}`,
  )
  await check(vectorizer)
  expect(await indexesOf(blog)).toMatchObject([{ name: indexName, valid: true }])
  await blog.query(`ALTER TABLE "BlogPost_embedding_store" OWNER TO CURRENT_USER`)
})

test('a build tells how far it is', async () => {
  await fill(blog, 6_000)
  const release = await holdBuilds()
  const seen: BuildProgress[] = []
  const context = { ...upkeep.context, onProgress: (_: unknown, now: BuildProgress) => seen.push(now) }
  const building = ensureIndex(context, await upkeep.target())
  await eventually(() => seen.length > 0)
  expect(seen[0]).toEqual({ phase: 'waiting for writers before build', fraction: 0 })
  await release()
  await building
  expect(seen.at(-1)?.fraction).toBeGreaterThan(0.1)
  expect(seen.at(-1)?.fraction).toBeLessThanOrEqual(1)
})
