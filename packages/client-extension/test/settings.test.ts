// A search leaves the session's settings as they were, whatever it set to find its rows.
import type { Embedder } from '@prisma-vectorizer/spec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import { manifest as fixtureManifest } from './fixture/manifest.ts'
import { adapters, type Fixture, fixtureSql, openFixture } from './support/clients.ts'
import { insertSamples, sampleRows } from './support/sample-vectors.ts'

const east = [1, 0, 0]
const compass: Embedder = {
  name: 'test/compass',
  embed: async (texts) => ({ vectors: texts.map(() => east), tokens: undefined }),
}
const [posts, ...others] = fixtureManifest.vectorizers
const manifest = { ...fixtureManifest, vectorizers: [{ ...posts, textSearch: 'english' }, ...others] } as const
const vectorizer = createVectorizer(manifest)({ embedder: async () => compass, warn: () => {} })

type Database = ReturnType<typeof extend>
type Searching = Pick<Database, 'blogPost' | 'note' | 'sample' | 'section' | '$queryRawUnsafe'>
const extend = ({ prisma }: Fixture) => prisma.$extends(vectorizer)

const searches: Readonly<Record<string, (db: Searching) => Promise<unknown>>> = {
  'by an hnsw index': (db) => db.blogPost.findSimilar(east),
  'by an hnsw index, tuned': (db) => db.blogPost.findSimilar(east, { efSearch: 321, maxDistance: 0.5 }),
  'by an ivfflat index': (db) => db.sample.findSimilar([1, 0, 0, 0], { vectorizer: 'dense' }),
  'by an ivfflat index, tuned': (db) => db.sample.findSimilar([1, 0, 0, 0], { vectorizer: 'dense', probes: 1 }),
  'without an index': (db) => db.section.findSimilar(east),
  exactly: (db) => db.blogPost.findSimilar(east, { exact: true }),
  'with a filter': (db) => db.blogPost.findSimilar(east, { where: { views: { gt: 10 } }, include: { author: true } }),
  'that nothing passes': (db) => db.blogPost.findSimilar(east, { where: { title: 'South' } }),
  'with a page': (db) => db.blogPost.findSimilar(east, { skip: 2, take: 2 }),
  'for chunks': (db) => db.blogPost.findSimilar(east, { chunks: 2, chunkWhere: { chunk: { contains: 'east' } } }),
  'for many': (db) => db.blogPost.findSimilarMany([east, [0, 1, 0]]),
  'for many of an ivfflat index': (db) => db.sample.findSimilarMany([[1, 0, 0, 0]], { vectorizer: 'dense' }),
  'by words': (db) => db.blogPost.findSimilar('east', { mode: 'keyword' }),
  'by both': (db) => db.blogPost.findSimilar('east', { mode: 'hybrid' }),
  'for more like a row': (db) => db.blogPost.findSimilar({ to: { id: 4 } }),
  'for a count': (db) => db.blogPost.countSimilar(east, { maxDistance: 1 }),
}

/** Each fails in the database: after its settings were made, where it made any. */
const failures: Readonly<Record<string, (db: Searching) => Promise<unknown>>> = {
  'by an index': (db) => db.blogPost.findSimilar(east),
  'for many': (db) => db.blogPost.findSimilarMany([east, east]),
  'by both': (db) => db.blogPost.findSimilar('east', { mode: 'hybrid' }),
}

type Raw = Pick<Database, '$queryRawUnsafe'>

/** Every column of every setting, a line for each. */
const settingsOf = (db: Raw) => linesOf(db, 's::text')

/** In a transaction a setting that was put back counts as one of the session's until the end. */
const valuesOf = (db: Raw) => linesOf(db, `s.name || ' = ' || s.setting`)

async function linesOf(db: Raw, line: string): Promise<readonly string[]> {
  // pgvector has its settings when it is loaded, and a pool opens another connection after a statement that failed.
  await db.$queryRawUnsafe(`SELECT '[1]'::vector::text`)
  const [row] = await db.$queryRawUnsafe<[{ lines: string }]>(
    `SELECT string_agg(${line}, E'\n' ORDER BY s.name) AS lines FROM pg_settings s`,
  )
  return row.lines.split('\n')
}

describe.each(adapters)('settings over %s', (adapter) => {
  let fixture: Fixture
  let db: Database
  beforeAll(async () => {
    const [tables, rows] = [await fixtureSql('tables'), await fixtureSql('rows')]
    fixture = await openFixture(adapter, `${tables}\n${rows}\n${insertSamples(sampleRows(60))}`)
    db = extend(fixture)
  })
  afterAll(() => fixture.close())

  it('sees what a search sets, where it is not put back', async () => {
    const before = await settingsOf(db)
    expect(await valuesOf(db)).toContain('hnsw.ef_search = 40')
    await db.$transaction(async (tx) => {
      await tx.$queryRawUnsafe(`SELECT set_config('hnsw.ef_search', '77', true)`)
      expect(await valuesOf(tx)).toContain('hnsw.ef_search = 77')
    })
    expect(await settingsOf(db)).toEqual(before)
  })

  it.each(Object.keys(searches))('are as before after a search %s', async (name) => {
    const before = await settingsOf(db)
    await searches[name]?.(db)
    expect(await settingsOf(db)).toEqual(before)
    await db.$transaction(async (tx) => {
      const inside = await valuesOf(tx)
      await searches[name]?.(tx as never)
      expect(await valuesOf(tx)).toEqual(inside)
    })
    expect(await settingsOf(db)).toEqual(before)
  })

  it.each(Object.keys(searches))('are the transaction’s own again after a search %s', async (name) => {
    await db.$transaction(async (tx) => {
      for (const setting of ['hnsw.ef_search = 55', 'ivfflat.probes = 3', `hnsw.iterative_scan = 'strict_order'`]) {
        await tx.$executeRawUnsafe(`SET LOCAL ${setting}`)
      }
      await tx.$executeRawUnsafe('SET LOCAL enable_sort = off')
      const inside = await valuesOf(tx)
      expect(inside).toContain('hnsw.ef_search = 55')
      await searches[name]?.(tx as never)
      expect(await valuesOf(tx)).toEqual(inside)
    })
  })

  describe('where the statement fails while it runs', () => {
    const table = '"BlogPost_embedding_store"'
    beforeAll(async () => {
      await db.$executeRawUnsafe(`ALTER TABLE ${table} RENAME TO "kept"`)
      await db.$executeRawUnsafe(`CREATE VIEW ${table} AS
        SELECT embedding_uuid, id, chunk_seq, embedding, chunk || 1 / (chunk_seq - chunk_seq) AS chunk FROM "kept"`)
    })
    afterAll(async () => {
      await db.$executeRawUnsafe(`DROP VIEW ${table}`)
      await db.$executeRawUnsafe(`ALTER TABLE "kept" RENAME TO ${table}`)
    })

    it.each(Object.keys(failures))('are as before after a search %s', async (name) => {
      const before = await settingsOf(db)
      await expect(failures[name]?.(db)).rejects.toThrow('division by zero')
      expect(await settingsOf(db)).toEqual(before)
      await db.$transaction(async (tx) => {
        await tx.$executeRawUnsafe('SET LOCAL hnsw.ef_search = 55')
        const inside = await valuesOf(tx)
        await tx.$executeRawUnsafe('SAVEPOINT before_search')
        await expect(failures[name]?.(tx as never)).rejects.toThrow('division by zero')
        await tx.$executeRawUnsafe('ROLLBACK TO SAVEPOINT before_search')
        expect(await valuesOf(tx)).toEqual(inside)
      })
      expect(await settingsOf(db)).toEqual(before)
    })
  })
})
