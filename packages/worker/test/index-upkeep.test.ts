// The index of one vectorizer: what there is, what is built, rebuilt, dropped, and when.
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import type { AnySpec } from '@prisma-vectorizer/spec'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { freshDataFolder } from '../../../test/support/pglite-image.ts'
import { dropIndex, ensureIndex, plannedStatements } from '../src/index-upkeep/build.ts'
import { withIndexLock } from '../src/index-upkeep/build-session.ts'
import { countVectors, hasVectors } from '../src/index-upkeep/count.ts'
import { estimateMemory, parseMemory } from '../src/index-upkeep/memory.ts'
import type { Blog } from './support/blog.ts'
import { findingsOf, named } from './support/examine.ts'
import {
  fill,
  indexesOf,
  indexName,
  migratedSql,
  type OpenedUpkeep,
  openIndexed,
  openUpkeep,
  startOver,
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

const ensure = async (rebuild = false) => ensureIndex(upkeep.context, await upkeep.target(), { rebuild })
const invalidate = (name = indexName) =>
  blog.query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = '"${name}"'::regclass`)

test('the migration makes no index, and what is built later is what it would have made', async () => {
  expect(await indexesOf(blog)).toEqual([])
  await fill(blog, 3)
  expect(await ensure()).toBe('built')
  const [row] = await blog.query<{ definition: string }>(
    `SELECT pg_get_indexdef('"${indexName}"'::regclass) AS definition`,
  )
  await using other = await openIndexed('hnsw')
  const [made] = await other.query<{ definition: string }>(
    `SELECT pg_get_indexdef('"${indexName}"'::regclass) AS definition`,
  )
  expect(row).toEqual(made)
})

test('one that is there stays, one that is not valid is built anew', async () => {
  await ensure()
  const [built] = await indexesOf(blog)
  expect(await ensure()).toBe('unchanged')
  expect(await indexesOf(blog)).toEqual([built])
  await invalidate()
  expect((await upkeep.target()).state).toBe('invalid')
  expect(await ensure()).toBe('built')
  const [again] = await indexesOf(blog)
  expect(again).toMatchObject({ name: indexName, valid: true })
  expect(again?.oid).not.toBe(built?.oid)
})

describe('another index than the annotation says', () => {
  beforeEach(async () => {
    await ensure()
    await start('hnsw(m: 8, minRows: 10)')
    await blog.query(
      `CREATE INDEX "${indexName}" ON "BlogPost_embedding_store" USING hnsw ((embedding::halfvec(8)) halfvec_cosine_ops)`,
    )
  })

  test('is told and left, unless it shall be rebuilt', async () => {
    expect(await upkeep.target()).toMatchObject({ state: 'different', difference: 'm = 16, not 8' })
    expect(await ensure()).toBe('unchanged')
    expect(await ensure(true)).toBe('rebuilt')
    expect(await indexesOf(blog)).toMatchObject([{ name: indexName, valid: true, options: 'm=8 ef_construction=64' }])
    expect((await upkeep.target()).state).toBe('valid')
  })

  test('a rebuilding that was cut off at any step is taken up again', async () => {
    const statements = plannedStatements(await upkeep.target(), { rebuild: true })
    expect(statements.map((statement) => statement.split(' ')[0])).toEqual(['CREATE', 'DROP', 'ALTER'])
    // Built, the old one still there: the new one is a leftover, since nobody knows whether it was finished.
    await blog.query(statements[0] as string)
    expect(await ensure()).toBe('unchanged')
    expect(await indexesOf(blog)).toHaveLength(1)
    // The old one gone: the new one only lacks its name.
    await blog.query(statements[0] as string)
    await blog.query(statements[1] as string)
    expect(plannedStatements(await upkeep.target(), {})).toEqual([statements[2]])
    expect(await ensure()).toBe('built')
    expect(await indexesOf(blog)).toMatchObject([{ name: indexName, options: 'm=8 ef_construction=64' }])
    // The new one half built.
    await blog.query(statements[0] as string)
    await invalidate(`${indexName}_new`)
    expect(await ensure(true)).toBe('rebuilt')
    expect(await indexesOf(blog)).toMatchObject([{ name: indexName, valid: true }])
  })
})

test('a dropped one is gone', async () => {
  await ensure()
  expect(await dropIndex(upkeep.context, await upkeep.target())).toBe('dropped')
  expect(await dropIndex(upkeep.context, await upkeep.target())).toBe('unchanged')
  expect(await indexesOf(blog)).toEqual([])
})

test.each(['a pool of the caller’s', 'PGlite itself'])('%s has a session for it too', async (kind) => {
  if (kind === 'PGlite itself') {
    const pglite = await PGlite.create({ extensions: { vector }, loadDataDir: await freshDataFolder() })
    await pglite.exec(migratedSql('hnsw(minRows: 10)'))
    await using opened = await openUpkeep(pglite)
    expect(await ensureIndex(opened.context, await opened.target())).toBe('built')
    expect((await opened.target()).state).toBe('valid')
    await pglite.close()
    return
  }
  const pool = new pg.Pool({ connectionString: blog.url, max: 1 })
  await using opened = await openUpkeep(pool)
  expect(await ensureIndex(opened.context, await opened.target())).toBe('built')
  expect((await opened.target()).state).toBe('valid')
  expect(pool.idleCount).toBe(1)
  await pool.end()
})

test('the extension need not be on the search path', async () => {
  await blog.query('CREATE SCHEMA "Else where"; ALTER EXTENSION vector SET SCHEMA "Else where"')
  expect(await ensure()).toBe('built')
  expect((await upkeep.target()).state).toBe('valid')
  expect(await ensure(true)).toBe('rebuilt')
  await blog.query('ALTER EXTENSION vector SET SCHEMA public; DROP SCHEMA "Else where"')
})

test('the settings of a session that is given back are what they were', async () => {
  const names = [
    'search_path',
    'maintenance_work_mem',
    'min_parallel_table_scan_size',
    'statement_timeout',
    'lock_timeout',
  ]
  const settings = () =>
    upkeep.context.database.query('SELECT name, setting FROM pg_settings WHERE name = ANY ($1) ORDER BY name', [names])
  const before = await settings()
  await ensure()
  expect(await settings()).toEqual(before)
  expect(before).toHaveLength(names.length)
})

describe('the memory of a build', () => {
  const memoryOf = async (maintenanceWorkMem?: number) =>
    withIndexLock(upkeep.context.openSession, await upkeep.target(), { maintenanceWorkMem }, async (session) => {
      const [row] = await session.query<{ kilobytes: number }>(
        "SELECT setting::int AS kilobytes FROM pg_settings WHERE name = 'maintenance_work_mem'",
      )
      return row?.kilobytes
    })

  test('is what was asked for, else no less than the setting of the server', async () => {
    const [{ setting = 0 } = {}] = await blog.query<{ setting: number }>(
      "SELECT setting::int FROM pg_settings WHERE name = 'maintenance_work_mem'",
    )
    expect(await memoryOf(3_000)).toBe(3_000)
    expect(await memoryOf()).toBe(setting)
  })

  test('grows with the store, up to 1 GB', async () => {
    const target = await upkeep.target()
    const stored = (rows: number) => estimateMemory({ ...target, rows, pages: rows / 20, bytes: rows * 400 })
    expect(stored(100_000)).toBeGreaterThan(100_000)
    expect(stored(100_000)).toBeLessThan(250_000)
    expect(stored(100_000_000)).toBe(1_048_576)
  })
})

describe('how many vectors there are', () => {
  test('is counted, unless the planner knows of far fewer in a large store', async () => {
    const { spec, store } = await upkeep.target()
    const { database } = upkeep.context
    await fill(blog, 10)
    const has = (rows: number | null, pages: number) => hasVectors(database, { spec, store, rows, pages }, 10)
    expect(await has(4, 1_024)).toBe(true)
    expect(await has(4, 1_025)).toBe(false)
    expect(await has(5, 1_025)).toBe(true)
    expect(await has(null, 1_025)).toBe(true)
    expect(await hasVectors(database, { spec, store, rows: null, pages: 1 }, 11)).toBe(false)
  })

  test('is that of the rows that have one, where they are a column', async () => {
    const { spec } = await upkeep.target()
    await blog.query(
      `CREATE TABLE "Note" ("looks" vector(8)); INSERT INTO "Note" VALUES (NULL), (array_fill(1, ARRAY[8])::vector)`,
    )
    const store = {
      kind: 'column',
      model: 'Note',
      schema: null,
      table: 'Note',
      field: 'looks',
      column: 'looks',
    } as const
    expect(
      await countVectors(upkeep.context.database, { spec: { ...spec, store } as AnySpec, store: '"Note"' }, 5),
    ).toBe(1)
  })
})

describe('the doctor', () => {
  const found = async () => (await findingsOf(blog.query)).filter(({ code }) => code.startsWith('DR5'))

  test('misses an index once there are as many vectors as it waits for', async () => {
    await fill(blog, 9)
    expect(await found()).toEqual([])
    await fill(blog, 1)
    const [missing] = await found()
    expect(missing?.fact).toBe(`The vector index "public"."${indexName}" is missing, and there are 10 vectors.`)
    expect(missing?.fix).toBe('Run `npx prisma-vectorizer index`: it builds it without blocking writes.')
    await blog.query(missing?.sql ?? '')
    expect(await found()).toEqual([])
  })

  test('names the command that mends one that is not valid', async () => {
    await ensure()
    await invalidate()
    const findings = await found()
    expect(named(findings)).toEqual(['DR502 BlogPost.content'])
    expect(findings[0]?.fix).toContain('`npx prisma-vectorizer index`')
    await ensure()
    expect(await found()).toEqual([])
  })
})

test.each([
  ['2GB', 2_097_152],
  ['512 mb', 524_288],
  ['1.5GB', 1_572_864],
  ['1024kB', 1_024],
  ['2', undefined],
  ['1023kB', undefined],
  ['3TB', undefined],
  ["1GB'; DROP", undefined],
])('%s of memory', (text, kilobytes) => {
  expect(parseMemory(text)).toBe(kilobytes)
})
