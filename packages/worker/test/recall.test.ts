// The recall of real indexes over a few thousand vectors, the transaction it is measured in, and the sample.
import type { Database, Queryable } from '@prisma-vectorizer/spec'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../test/support/databases.ts'
import { fromPool } from '../src/database/pg.ts'
import { type Measurement, measureRecall } from '../src/recall/measure.ts'
import { mixedQueries } from '../src/recall/mix.ts'
import { sampleVectors } from '../src/recall/sample.ts'
import { findTarget } from '../src/recall/target.ts'
import {
  buildIndex,
  few,
  field,
  half,
  hash,
  lists,
  photo,
  posts,
  recallSql,
  rows,
  sketch,
  words,
} from './support/recall.ts'

let testDatabase: TestDatabase
let database: Database
beforeAll(async () => {
  testDatabase = await createDatabase({
    sql: `${recallSql([photo, sketch, few, half, hash, words])}
      DELETE FROM "Few" WHERE id > 40;
      CREATE TABLE wide (embedding_uuid int, embedding vector(16), pad text DEFAULT repeat('x', 1500));
      INSERT INTO wide SELECT n, v FROM v;
      ANALYZE "Few";`,
  })
  database = fromPool(new pg.Pool({ connectionString: testDatabase.url, max: 1 }), { ownsPool: true })
})
afterAll(async () => {
  await database.close()
  await testDatabase.close()
})

const targetOf = (name: string) => findTarget(database, name)
const measure = async (name: string, options: { readonly queries?: number; readonly seed?: number } = {}) => {
  const measured = await measureRecall(database, await targetOf(name), { k: 10, queries: 15, seed: 1, ...options })
  if (!measured) throw new Error(`${name} has no index`)
  return measured
}
const recallAt = ({ points }: Measurement, wanted: number) => points.find(({ value }) => value === wanted)?.recall ?? -1

describe('recall', () => {
  test('of an HNSW index of few links is low, and rises with ef_search', async () => {
    const measured = await measure('BlogPost.contentEmbeddings')
    expect(measured).toMatchObject({ vectors: rows, queries: 15, use: 'planned' })
    expect(measured.index).toMatchObject({ parameters: ['m=4', 'ef_construction=8'] })
    expect(measured.index?.bytes).toBeGreaterThan(100_000)
    const [low, high] = [recallAt(measured, 10), recallAt(measured, 800)]
    expect(low).toBeGreaterThan(0.3)
    expect(low).toBeLessThan(0.9)
    expect(high).toBeGreaterThan(0.97)
    expect(recallAt(measured, 100)).toBeGreaterThan(low)
    for (const { recall, worst, medianMs, p95Ms } of measured.points) {
      expect(worst).toBeLessThanOrEqual(recall)
      expect(medianMs).toBeGreaterThan(0)
      expect(p95Ms).toBeGreaterThanOrEqual(medianMs)
    }
  })

  test('of an ivfflat index rises with the lists that are read, and is 1 with all of them', async () => {
    const measured = await measure('Photo.embedding')
    expect(measured.points.map(({ value }) => value)).toEqual([1, 2, 4, 6, 8, 16, 32])
    expect(recallAt(measured, 1)).toBeLessThan(0.9)
    expect(recallAt(measured, 4)).toBeGreaterThan(recallAt(measured, 1))
    // Vectors are NULL in every 50th row.
    expect(measured.vectors).toBe(rows - rows / 50)
    expect(recallAt(measured, 32)).toBe(1)
  })

  test('of an index over bits rises with how many are ranked again', async () => {
    const measured = await measure('Sketch.embedding')
    expect(recallAt(measured, 10)).toBeLessThan(0.5)
    expect(recallAt(measured, 100)).toBeGreaterThan(recallAt(measured, 10) + 0.2)
    expect(recallAt(measured, 800)).toBeGreaterThan(0.85)
  })

  test('is measured of half precision and other distances', async () => {
    const measured = await measure('Half.embedding')
    expect(recallAt(measured, 10)).toBeLessThan(0.9)
    expect(recallAt(measured, 800)).toBeGreaterThan(0.97)
  })

  test('is measured of bits and of sparse vectors', async () => {
    const ofBits = await measure('Hash.embedding')
    expect(recallAt(ofBits, 1)).toBeLessThan(0.95)
    expect(recallAt(ofBits, 8)).toBe(1)
    const sparse = await measure('Words.embedding')
    expect(recallAt(sparse, 10)).toBeLessThan(0.95)
    expect(recallAt(sparse, 800)).toBeGreaterThan(0.97)
  })

  test("is that of queries of one's own", async () => {
    const embeddings = [`[${Array(15).fill(0)},1]`, `[1,${Array(15).fill(0)}]`]
    const target = await targetOf('Photo.embedding')
    const measured = await measureRecall(database, target, { k: 10, queries: 15, seed: 1, embeddings })
    expect(measured).toMatchObject({ queries: 2, use: 'planned' })
    expect(measured && recallAt(measured, 32)).toBe(1)
  })

  test('is the same whenever it is measured with one seed', async () => {
    const recalls = async (seed: number) =>
      (await measure('Photo.embedding', { queries: 5, seed })).points.map(({ recall }) => recall)
    expect(await recalls(5)).toEqual(await recalls(5))
    expect(await recalls(5)).not.toEqual(await recalls(6))
  })

  test('is 1 where nothing is nearer than anything else', async () => {
    await database.query(
      `CREATE TABLE "Same" AS SELECT id, "the ""part""", '[${Array(16).fill(1)}]'::vector(16) AS embedding FROM "Photo" LIMIT 500`,
    )
    await database.query(buildIndex(field('Same', lists)))
    const target = { ...(await targetOf('Photo.embedding')), store: '"Same"', spec: field('Same', lists) }
    const measured = await measureRecall(database, target, { k: 10, queries: 3, seed: 1 })
    expect(measured?.points.map(({ recall }) => recall)).toEqual(Array(7).fill(1))
  })
})

describe('the transaction', () => {
  test('is read-only, and no setting outlives it or a statement in it', async () => {
    const settings = `SELECT current_setting('hnsw.ef_search', true) AS ef, current_setting('hnsw.iterative_scan', true) AS scan,
      current_setting('enable_seqscan') AS seq, current_setting('search_path') AS path,
      current_setting('transaction_read_only') AS read_only, current_setting('transaction_isolation') AS isolation`
    const [before] = await database.query(settings)
    const within: Record<string, unknown>[] = []
    const watched: Database = {
      ...database,
      transaction: (work) =>
        database.transaction((connection) => {
          const query: Queryable['query'] = async (text, values) => {
            const answer = await connection.query(text, values)
            if (text.startsWith('with settings')) within.push(...(await connection.query(settings)))
            return answer as never
          }
          return work({ query })
        }),
    }
    const target = await targetOf('Few.embedding')
    const measured = await measureRecall(watched, target, { k: 5, queries: 2, seed: 1 })
    expect(measured?.use).toBe('forced')
    expect(await database.query(settings)).toEqual([before])
    expect(within.length).toBeGreaterThan(20)
    const { ef, scan } = before ?? {}
    for (const each of within) {
      expect(each).toMatchObject({ ef, scan, seq: 'off', read_only: 'on', isolation: 'repeatable read' })
    }
  })

  test('finds the extension where it is not on the search path', async () => {
    await database.query('CREATE SCHEMA extensions')
    await database.query('ALTER EXTENSION vector SET SCHEMA extensions')
    try {
      const target = await findTarget(database, 'BlogPost.contentEmbeddings')
      expect(target.vectorSchema).toBe('extensions')
      const measured = await measureRecall(database, target, { k: 10, queries: 3, seed: 1 })
      expect(measured?.use).toBe('planned')
    } finally {
      await database.query('ALTER EXTENSION vector SET SCHEMA public')
    }
  })
})

describe('the queries', () => {
  test.each(['BlogPost.contentEmbeddings', 'Half.embedding', 'Words.embedding'])(
    'are none of the stored vectors: %s',
    async (name) => {
      const target = await targetOf(name)
      const { type } = target.spec
      const queries = await mixedQueries(database, target, 10, 1)
      expect(new Set(queries).size).toBe(10)
      const stored = (texts: readonly string[]) =>
        database.query(`SELECT FROM ${target.store} WHERE embedding = ANY ($1::text[]::${type}[])`, [texts])
      expect(await stored(queries)).toEqual([])
      expect(await stored(await sampleVectors(database, target, 10, 1))).toHaveLength(10)
    },
  )

  test('are as many as asked for, or as there are vectors', async () => {
    const target = await targetOf('Few.embedding')
    const counts = [1, 30, 100].map(async (count) => (await mixedQueries(database, target, count, 1)).length)
    expect(await Promise.all(counts)).toEqual([1, 30, 40])
    expect(await mixedQueries(database, target, 1, 1)).not.toEqual(await sampleVectors(database, target, 1, 1))
  })
})

describe('the sample', () => {
  const wide = { spec: posts, store: 'wide' }
  let read: string[]
  let recording: Queryable
  beforeEach(() => {
    read = []
    recording = {
      query: (text, values) => {
        read.push(text)
        return database.query(text, values)
      },
    }
  })

  test('of a large table takes some pages, the same ones for a seed', async () => {
    const sample = await sampleVectors(recording, wide, 20, 7)
    expect(new Set(sample).size).toBe(20)
    expect(sample[0]).toMatch(/^\[-?[\d.]+(,-?[\d.e-]+){15}\]$/)
    expect(await sampleVectors(recording, wide, 20, 7)).toEqual(sample)
    expect(await sampleVectors(recording, wide, 20, 8)).not.toEqual(sample)

    const statement = read.find((text) => text.includes('TABLESAMPLE'))
    const [explained] = await database.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${statement}`)
    const [{ Plan: plan }] = (explained as { 'QUERY PLAN': [{ Plan: Record<string, number> }] })['QUERY PLAN']
    const [size] = await database.query<{ pages: number }>(`SELECT (pg_relation_size('wide') / 8192)::int AS pages`)
    const { pages = 0 } = size ?? {}
    expect(pages).toBeGreaterThan(512)
    expect((plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0)).toBeLessThan(pages / 4)
  })

  test('of a table that has few vectors in its many pages finds them all the same', async () => {
    await database.query(
      'CREATE TABLE sparse AS SELECT embedding_uuid, CASE WHEN embedding_uuid <= 5 THEN embedding END AS embedding, pad FROM wide',
    )
    const sample = await sampleVectors(recording, { spec: posts, store: 'sparse' }, 20, 7)
    expect(new Set(sample).size).toBe(5)
    expect(read.at(-1)).not.toContain('TABLESAMPLE')
  })

  test('leaves out what has no direction', async () => {
    await database.query(
      `CREATE TABLE zeros AS SELECT 1 AS embedding_uuid, '[${Array(16).fill(0)}]'::vector(16) AS embedding`,
    )
    expect(await sampleVectors(database, { spec: posts, store: 'zeros' }, 20, 7)).toEqual([])
  })
})
