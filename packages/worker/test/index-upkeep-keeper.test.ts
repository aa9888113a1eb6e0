// When an index is built without anybody asking: by a worker that watches over it, and at the end of a backfill.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ensureIndex } from '../src/index-upkeep/build.ts'
import { deferIndexes, restoreIndexes } from '../src/index-upkeep/defer.ts'
import { createIndexKeeper } from '../src/index-upkeep/keeper.ts'
import type { Blog } from './support/blog.ts'
import { recordingLogger } from './support/fake-embedders.ts'
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

let blog: Blog
let upkeep: OpenedUpkeep
beforeAll(async () => {
  blog = await openIndexed('hnsw(minRows: 10)')
  upkeep = await openUpkeep(blog.url)
})
afterAll(async () => {
  await upkeep[Symbol.asyncDispose]()
  await blog[Symbol.asyncDispose]()
})
const start = (index: string) => startOver(blog, index)
beforeEach(() => start('hnsw(minRows: 10)'))

const ensure = async () => ensureIndex(upkeep.context, await upkeep.target())
const keeper = (logger = recordingLogger()) =>
  createIndexKeeper({ ...upkeep.context, logger, interval: 0, retryAfter: 1 })

describe('a keeper', () => {
  test('builds at the number of vectors and not before, once, whatever waits in the queue', async () => {
    const logger = recordingLogger()
    const { check } = keeper(logger)
    await fill(blog, 5)
    await check(vectorizer)
    expect(await indexesOf(blog)).toEqual([])
    await fill(blog, 4)
    await blog.insert(['waits'])
    await check(vectorizer)
    expect(await indexesOf(blog)).toEqual([])
    await fill(blog, 1)
    await blog.insert(['waits'])
    expect(logger.lines).toEqual([])
    await check(vectorizer)
    const built = await indexesOf(blog)
    expect(built).toMatchObject([{ name: indexName, valid: true }])
    for (let times = 0; times < 3; times++) await check(vectorizer)
    expect(await indexesOf(blog)).toEqual(built)
    expect(logger.lines).toEqual([
      'info BlogPost.contentEmbeddings: building its index',
      expect.stringMatching(/^info BlogPost\.contentEmbeddings: built its index in \d+\.\d s$/),
    ])
  })

  test('makes good what a migration had made, once the queue is empty', async () => {
    await start('ivfflat')
    await fill(blog, 3)
    await blog.insert(['waits'])
    await keeper().check(vectorizer)
    expect(await indexesOf(blog)).toEqual([])
    await blog.query('UPDATE vectorizer."BlogPost_embedding_store_queue" SET failed_at = now()')
    await keeper().check(vectorizer)
    expect(await indexesOf(blog)).toMatchObject([{ name: indexName, valid: true }])
  })

  test('builds nothing where none is wanted, nor once it is stopped', async () => {
    await start('none')
    await keeper().check(vectorizer)
    await start('hnsw')
    const stopped = keeper()
    await stopped.stop()
    await stopped.check(vectorizer)
    expect(await indexesOf(blog)).toEqual([])
  })

  test('looks no more often than its interval', async () => {
    const slow = createIndexKeeper({ ...upkeep.context, logger: recordingLogger() })
    await slow.check(vectorizer)
    await fill(blog, 10)
    await slow.check(vectorizer)
    expect(await indexesOf(blog)).toEqual([])
    await keeper().check(vectorizer)
    expect(await indexesOf(blog)).toHaveLength(1)
  })

  test('tells a failure once, and tries again', async () => {
    await fill(blog, 10)
    await blog.query(`CREATE TABLE "${indexName}" ()`)
    const logger = recordingLogger()
    const failing = keeper(logger)
    for (let times = 0; times < 4; times++) {
      await failing.check(vectorizer)
      await new Promise((resolve) => setTimeout(resolve, 2 ** times + 1))
    }
    await blog.query(`DROP TABLE "${indexName}"`)
    await failing.check(vectorizer)
    expect(logger.lines.filter((line) => line.startsWith('error'))).toHaveLength(1)
    expect(await indexesOf(blog)).toHaveLength(1)
  })
})

describe('a backfill', () => {
  const queueRows = (rows: number) =>
    blog.query(`INSERT INTO "BlogPost" (content) SELECT 'text' FROM generate_series(1, ${rows})`)

  test('of an empty store is done without its index, which comes at the end', async () => {
    await start('hnsw')
    await ensure()
    await queueRows(10_000)
    expect(await deferIndexes(upkeep.context, [{ name: 'another' }])).toEqual([])
    expect(await deferIndexes(upkeep.context, [vectorizer])).toMatchObject([{ label: vectorizer.label }])
    expect(await indexesOf(blog)).toEqual([])
    expect(await restoreIndexes(upkeep.context, [vectorizer])).toMatchObject([{ outcome: 'built' }])
    expect(await indexesOf(blog)).toMatchObject([{ name: indexName, valid: true }])
    expect(await restoreIndexes(upkeep.context)).toEqual([])
  })

  test.each([
    ['of few rows', 0, 9_999],
    ['of a store that is in use', 1_000, 10_000],
  ])('%s keeps it', async (_, stored, queued) => {
    await start('hnsw')
    await fill(blog, stored)
    await ensure()
    await queueRows(queued)
    expect(await deferIndexes(upkeep.context)).toEqual([])
    expect(await indexesOf(blog)).toHaveLength(1)
  })

  test('does not bring an index forward that waits for vectors', async () => {
    await fill(blog, 9)
    expect(await restoreIndexes(upkeep.context)).toEqual([])
    await fill(blog, 1)
    expect(await restoreIndexes(upkeep.context)).toMatchObject([{ outcome: 'built' }])
  })
})
