// Rows that come with the search's own statement are findMany's, value by value; and where they cannot be, findMany reads them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import { Prisma, type PrismaClient } from './fixture/generated/client/client.ts'
import type { BlogPostFindManyArgs, EverythingFindManyArgs } from './fixture/generated/client/models.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, type Fixture, fixtureSql, openFixture } from './support/clients.ts'
import { everythingRows, insertEverything } from './support/everything-rows.ts'

const east = [1, 0, 0]
const vectorizer = createVectorizer(manifest)
const names = Object.keys(everythingRows)

const shouting = Prisma.defineExtension({
  result: { blogPost: { shout: { needs: { title: true }, compute: ({ title }) => title.toUpperCase() } } },
})
const passing = Prisma.defineExtension({ query: { $allOperations: ({ args, query }) => query(args) } })
const ofOthers = Prisma.defineExtension({ query: { note: { findMany: ({ args, query }) => query(args) } } })

type Rows = readonly object[]

/** What `toEqual` does not tell apart: classes, and the order of keys. */
function shapeOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const prototype = Object.getPrototypeOf(value)
  const members = prototype === Object.prototype || Array.isArray(value) ? Object.entries(value) : []
  return [prototype, members.map(([key, each]) => [key, shapeOf(each)])]
}

/** A hit without what the search adds. */
function rowOf(hit: object): object {
  const row: { _distance?: unknown; _score?: unknown; _chunk?: unknown } = hit
  delete row._distance
  delete row._score
  delete row._chunk
  return row
}

describe.each(adapters)('rows of a search over %s', (adapter) => {
  let fixture: Fixture
  let statements: string[] = []
  const listening = (options: Parameters<Fixture['connect']>[0] = {}): PrismaClient => {
    const client = fixture.connect({ ...options, log: [{ emit: 'event', level: 'query' }] })
    client.$on('query' as never, ({ query }: { query: string }) => statements.push(query))
    return client
  }
  const extend = (client: PrismaClient) => client.$extends(vectorizer())
  let prisma: PrismaClient
  let db: ReturnType<typeof extend>

  // findMany of a list of times, and of a list of mapped enums, takes a cast that not every adapter has.
  const readable = { mood: true, moods: true, jsons: true, ...(adapter === 'pglite' ? { times: true } : {}) } as const

  beforeAll(async () => {
    fixture = await openFixture(
      adapter,
      `${await fixtureSql('tables')}\n${await fixtureSql('rows')}\n${insertEverything()}`,
    )
    prisma = listening()
    db = extend(prisma)
  })
  afterAll(() => fixture.close())

  async function counted<T>(work: PromiseLike<T>): Promise<{ readonly result: T; readonly count: number }> {
    statements = []
    const result = await work
    return { result, count: statements.length }
  }

  /** Runs both, and checks that the rows are the same; how many statements each took. */
  async function compare(found: PromiseLike<Rows>, read: PromiseLike<Rows>) {
    const hits = await counted(found)
    const rows = await counted(read)
    expect(rows.result.length).toBeGreaterThan(0)
    const searched = hits.result.map(rowOf)
    expect(searched).toEqual(rows.result)
    expect(shapeOf(searched)).toEqual(shapeOf(rows.result))
    return { search: hits.count, findMany: rows.count }
  }

  const ofEverything = (args: EverythingFindManyArgs) =>
    compare(db.everything.findSimilar(east, { take: 50, ...args }), db.everything.findMany({ ...args, orderBy: { id: 'asc' } }))

  const direct = names.filter((name) => !name.includes('NULL among') && !name.includes('Prisma cannot read'))

  it.each(direct)('of every scalar type: %s', async (note) => {
    const columns = Object.keys(everythingRows[note] ?? {})
    const { search } = await ofEverything({ where: { note }, omit: readable })
    const byFindMany = ['date beyond', 'timestamp beyond', 'common era'].some((part) => note.includes(part))
    expect(search, columns.join()).toBe(byFindMany ? 2 : 1)
  })

  it('of all of them at once', async () => {
    const where = { note: { in: direct.filter((note) => !/beyond 9999|era/u.test(note)) } }
    expect((await ofEverything({ where, omit: readable })).search).toBe(1)
  })

  it.each(['mood', 'moods', 'jsons'] as const)('of %s, which only findMany reads', async (field) => {
    const { search, findMany } = await ofEverything({
      where: { note: { in: ['one of each', 'lists of each'] } },
      select: { id: true, [field]: true },
    })
    expect({ search, findMany }).toEqual({ search: 2, findMany: 1 })
  })
})
