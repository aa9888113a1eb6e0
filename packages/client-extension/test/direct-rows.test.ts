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
type EverythingSelection = Pick<EverythingFindManyArgs, 'select' | 'include' | 'omit'>

const mapped = { mood: true, moods: true, jsons: true } as const
/** Fields that take a second statement, and what PGlite's adapter cannot read, findMany included. */
const awkward = { ...mapped, times: true }

const classes: unknown[] = [Object.prototype]

/** What `toEqual` does not tell apart: classes, and the order of keys. */
function shapeOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value
  const prototype = Object.getPrototypeOf(value)
  if (!classes.includes(prototype)) classes.push(prototype)
  const members = prototype === Object.prototype || Array.isArray(value) ? Object.entries(value) : []
  return [classes.indexOf(prototype), ...members.map(([key, each]) => [key, shapeOf(each)])]
}

/** A hit without what the search adds. */
function rowOf(hit: object): object {
  const row: { _distance?: unknown; _score?: unknown; _chunk?: unknown } = hit
  delete row._distance
  delete row._score
  delete row._chunk
  return row
}

/** Rows with computed fields have a function each by which Node prints them. */
const withoutSymbols = (row: object) => Object.fromEntries(Object.entries(row))

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

  const unreadable = adapter === 'pglite' ? awkward : mapped

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

  /** Runs the search twice, for the second may take a shortcut, and findMany; how many statements each took. */
  async function compare(search: () => PromiseLike<Rows>, findMany: () => PromiseLike<Rows>) {
    const rows = await counted(findMany())
    expect(rows.result.length).toBeGreaterThan(0)
    const counts: number[] = []
    for (const _ of ['first', 'second']) {
      const hits = await counted(search())
      counts.push(hits.count)
      const searched = hits.result.map(rowOf)
      expect(searched.map(withoutSymbols)).toEqual(rows.result.map(withoutSymbols))
      expect(shapeOf(searched)).toEqual(shapeOf(rows.result))
    }
    expect(counts[1]).toBe(counts[0])
    return { search: counts[0], findMany: rows.count }
  }

  const ofEverything = (args: EverythingFindManyArgs) =>
    compare(
      () => db.everything.findSimilar(east, { take: 50, ...args }),
      () => db.everything.findMany({ ...args, orderBy: { id: 'asc' } }),
    )

  const readByFindMany = /a date beyond|last day/u
  const refused = names.filter((note) => note.includes('NULL among'))
  const readable = names.filter((note) => !refused.includes(note))

  it.each(readable)('of every type: %s', async (note) => {
    const { search } = await ofEverything({ where: { note }, omit: unreadable })
    expect(search).toBe(readByFindMany.test(note) ? 2 : 1)
  })

  it.each(refused)('of what findMany fails to read: %s', async (note) => {
    const where = { note }
    await expect(db.everything.findMany({ where, omit: unreadable })).rejects.toThrow('got object: null')
    await expect(db.everything.findSimilar(east, { where, omit: unreadable })).rejects.toThrow('got object: null')
  })

  it('of many rows in one statement, or in two where one of them holds what only findMany reads', async () => {
    const note = { in: readable.filter((each) => !readByFindMany.test(each)) }
    expect((await ofEverything({ where: { note }, omit: unreadable })).search).toBe(1)
    expect((await ofEverything({ where: { note: { notIn: refused } }, omit: unreadable })).search).toBe(2)
  })

  it.each(['mood', 'moods', 'jsons'] as const)('of `%s`, which only findMany reads', async (field) => {
    const where = { note: { in: ['one of each', 'lists of each'] } }
    const { search, findMany } = await ofEverything({ where, select: { id: true, [field]: true } })
    expect({ search, findMany }).toEqual({ search: 2, findMany: 1 })
  })

  const shapes: readonly (readonly [object, number])[] = [
    [{ select: { text: true } }, 1],
    [{ select: { id: true, varChar: true, bytesList: true, kinds: true } }, 1],
    [{ select: { id: false, int: true, text: undefined } }, 1],
    [{ omit: { ...awkward, id: true, note: true } }, 1],
    [{ omit: { ...awkward, text: false, int: undefined } }, 1],
    [{ omit: { ...awkward, noteEmbeddings: true } }, 2],
    [{ omit: { ...awkward, id: 'yes', text: 1, note: null } }, 2],
    [{ select: { id: true, noteEmbeddings: true } }, 3],
    [{ select: { text: true, noteEmbeddings: { select: { chunk: true } } } }, 3],
    [{ select: { _count: true } }, 2],
    [{ select: { id: true, _count: { select: { noteEmbeddings: true } } } }, 2],
    [{ include: { noteEmbeddings: true }, omit: awkward }, 3],
    [{ include: { noteEmbeddings: false }, omit: awkward }, 2],
  ]

  it.each(shapes)('with %o', async (shape, statementsOfSearch) => {
    const where = { note: { in: ['nothing', 'one of each', 'lists of each'] } }
    expect((await ofEverything({ where, ...(shape as EverythingSelection) })).search).toBe(statementsOfSearch)
  })

  it.each([
    { select: { nonsense: true } },
    { select: { text: 'yes' } },
    { omit: { nonsense: true } },
    { include: { nonsense: true } },
    { include: { noteEmbeddings: 'yes' } },
  ])('with %o, which findMany refuses', async (shape) => {
    const args = { where: { note: 'nothing' }, ...(shape as EverythingFindManyArgs) }
    const refusal = await db.everything.findMany(args).catch((error: Error) => error)
    expect(refusal).toMatchObject({ name: expect.stringMatching(/^PrismaClient/u) })
    await expect(db.everything.findSimilar(east, args)).rejects.toMatchObject({ name: (refusal as Error).name })
  })

  it('with an empty `select` is what the search adds alone', async () => {
    const [hit] = await db.everything.findSimilar(east, { take: 1, select: {} })
    expect(Object.keys(hit ?? {}).sort()).toEqual(['_chunk', '_distance', '_score'])
  })

  describe('beside extensions', () => {
    const before = (extension: typeof passing) => prisma.$extends(extension).$extends(vectorizer())
    const after = (extension: typeof passing) => prisma.$extends(vectorizer()).$extends(extension)
    const where = { id: { lt: 5 } }
    const args = { where, orderBy: { id: 'desc' } } satisfies BlogPostFindManyArgs
    type Db = ReturnType<typeof before>
    const ofPosts = ({ blogPost }: Db, shape: Pick<BlogPostFindManyArgs, 'select' | 'omit'> = {}) =>
      compare(
        () => blogPost.findSimilar(east, { where, ...shape }),
        () => blogPost.findMany({ ...args, ...shape }),
      )

    it('takes one statement where no hook is behind ours', async () => {
      expect((await ofPosts(before(passing))).search).toBe(1)
      expect((await ofPosts(before(ofOthers))).search).toBe(1)
      expect((await ofPosts(after(ofOthers))).search).toBe(1)
    })

    it('takes two where one is, which sees what is read', async () => {
      expect((await ofPosts(after(passing))).search).toBe(2)
    })

    const computed = [
      [{}, 1],
      [{ select: { title: true } }, 1],
      [{ select: { id: true, title: true, shout: true } }, 2],
      [{ select: { shout: true } }, 2],
      [{ omit: { content: true } }, [1, 2]],
      [{ omit: { title: true } }, 2],
      [{ omit: { shout: true } }, 2],
      [{ omit: { title: true, shout: true } }, 2],
    ] as const

    it.each(computed)('with %o computes what findMany computes, before or after ours', async (shape, search) => {
      // Of an extension after ours it is not known what it needs, so that nothing is omitted without findMany.
      for (const [place, extend] of [before, after].entries()) {
        const extended = extend(shouting as typeof passing)
        const [first] = await extended.blogPost.findMany({ ...args, ...(shape as object) })
        const [found] = await extended.blogPost.findSimilar(east, { where, take: 1, ...(shape as object) })
        expect((found as { shout?: string } | undefined)?.shout).toBe((first as { shout?: string } | undefined)?.shout)
        expect((await ofPosts(extended, shape as object)).search).toBe([search].flat()[place] ?? search)
      }
    })
  })

  it('computes them inside a transaction too', async () => {
    const extended = prisma.$extends(shouting).$extends(vectorizer())
    const search = { where: { id: 4 }, omit: { title: true } } as const
    const found = await extended.$transaction((tx) => tx.blogPost.findSimilar(east, search))
    expect(found.map(({ shout }) => shout)).toEqual(['EAST'])
    expect(Object.keys(found[0] ?? {})).not.toContain('title')
    const [ofBatch] = await extended.$transaction([
      extended.blogPost.findSimilar(east, { where: { id: 4 }, omit: { content: true } }),
    ])
    expect(ofBatch.map(({ shout }) => shout)).toEqual(['EAST'])
    const refused = extended.$transaction([extended.blogPost.findSimilar(east, search)])
    await expect(refused).rejects.toMatchObject({ code: 'VZ306' })
  })

  it('leaves out what the client leaves out everywhere', async () => {
    const client = extend(listening({ omit: { blogPost: { id: true, content: true, tags: false } } }))
    const search = (args: BlogPostFindManyArgs = {}) =>
      compare(
        () => client.blogPost.findSimilar(east, { take: 4, ...args }),
        () => client.blogPost.findMany({ ...args, orderBy: { id: 'desc' }, where: { id: { lt: 5 } } }),
      )
    expect((await search()).search).toBe(1)
    expect((await search({ omit: { content: false, title: true } })).search).toBe(1)
    expect((await search({ omit: { id: undefined, views: true } as object })).search).toBe(1)
    expect((await search({ select: { id: true, content: true } })).search).toBe(1)
    expect((await search({ include: { author: true } })).search).toBe(3)
  })

  it('reads chunks, rows with a vector of their own and composite keys in one statement too', async () => {
    const { blogPostContentEmbeddings: chunks, note, section, draft, article } = db
    const ofWest = { where: { id: 1 } }
    expect(
      (
        await compare(
          () => chunks.findSimilar(east, ofWest),
          () => chunks.findMany(ofWest),
        )
      ).search,
    ).toBe(1)
    expect(
      (
        await compare(
          () => note.findSimilar(east, ofWest),
          () => note.findMany(ofWest),
        )
      ).search,
    ).toBe(1)
    const titles = { ...ofWest, vectorizer: 'titleEmbeddings' } as const
    expect(
      (
        await compare(
          () => article.findSimilar(east, titles),
          () => article.findMany(ofWest),
        )
      ).search,
    ).toBe(1)
    const first = { where: { number: 1, body: 'a1' } }
    expect(
      (
        await compare(
          () => section.findSimilar(east, first),
          () => section.findMany(first),
        )
      ).search,
    ).toBe(1)
    const essays = { where: { kind: 'ESSAY' } } as const
    expect(
      (
        await compare(
          () => draft.findSimilar(east, essays),
          () => draft.findMany(essays),
        )
      ).search,
    ).toBe(2)
  })

  it('shares no row between two searches in one statement', async () => {
    const { result, count } = await counted(db.blogPost.findSimilarMany([east, [0, 1, 0]], { where: { id: 4 } }))
    expect(count).toBe(1)
    const [one, other] = result.flat()
    one?.tags.push('changed')
    expect(other?.tags).toEqual(['sun'])
  })
})
