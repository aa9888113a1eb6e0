// updateEmbedding and updateEmbeddings: vectors in columns of the model itself.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import { Prisma } from './fixture/generated/client/client.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, type Fixture, openFixture } from './support/clients.ts'

const vectorizer = createVectorizer(manifest)
const up = [0, 0, 1]
const half = [0.5, -1, 0, 2]
const bits = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]

/** East, number 4, is not to be seen. */
const hooks = {
  arguments: Prisma.defineExtension({
    query: {
      note: {
        findMany: ({ args, query }) =>
          query({ ...args, where: { AND: [args.where ?? {}, { text: { not: 'east' } }] } }),
      },
    },
  }),
  result: Prisma.defineExtension({
    query: { note: { findMany: async ({ args, query }) => (await query(args)).filter((row) => row.text !== 'east') } },
  }),
}

describe.each(adapters)('vectors of the model itself over %s', (adapter) => {
  let fixture: Fixture
  const extend = () => fixture.prisma.$extends(vectorizer())
  let db: ReturnType<typeof extend>

  beforeAll(async () => {
    fixture = await openFixture(adapter)
    db = extend()
    await db.sample.createMany({
      data: [
        { kind: 'ESSAY', number: 1, label: 'a' },
        { kind: 'NOTE', number: 1, label: 'b' },
      ],
    })
    await db.collage.createMany({ data: [1, 2, 3].map((id) => ({ id, name: `collage ${id}` })) })
  })
  afterAll(() => fixture.close())

  async function columnOf(table: string, column: string, where = 'true'): Promise<(string | null)[]> {
    const rows = await db.$queryRawUnsafe<{ value: string | null }[]>(
      `SELECT "${column}"::text AS value FROM "${table}" WHERE ${where} ORDER BY 1`,
    )
    return rows.map(({ value }) => value)
  }
  const vectorOf = async (id: number) => (await columnOf('Note', 'embedding', `id = ${id}`))[0]

  describe('updateEmbedding', () => {
    it('replaces the vector, or removes it, and returns the row', async () => {
      expect(await db.note.updateEmbedding({ where: { id: 5 }, embedding: up })).toEqual({ id: 5, text: '' })
      expect(await vectorOf(5)).toBe('[0,0,1]')
      const row = await db.note.updateEmbedding({ where: { id: 5 }, embedding: null, select: { text: true } })
      expect(JSON.stringify(row)).toBe('{"text":""}')
      expect(await vectorOf(5)).toBeNull()
    })

    it('writes other fields with it', async () => {
      const row = await db.note.updateEmbedding({
        where: { id: 5 },
        embedding: up,
        data: { id: 6, text: 'up' },
        select: { text: true },
      })
      expect(row).toEqual({ text: 'up' })
      expect(await vectorOf(6)).toBe('[0,0,1]')
      await db.note.updateEmbedding({ where: { id: 6 }, embedding: null, data: { id: 5, text: '' } })
      expect(await vectorOf(5)).toBeNull()
    })

    it('names a row by a compound key', async () => {
      const row = await db.sample.updateEmbedding({
        vectorizer: 'dense',
        where: { kind_number: { kind: 'NOTE', number: 1 } },
        embedding: half,
      })
      expect(row).toMatchObject({ kind: 'NOTE', number: 1, label: 'b' })
      expect(await columnOf('samples', 'dense_vector', `kind = 'NOTE'`)).toEqual(['[0.5,-1,0,2]'])
      expect(await columnOf('samples', 'dense_vector', `kind = 'ESSAY'`)).toEqual([null])
    })

    it('refuses a row that is not there', async () => {
      await expect(db.note.updateEmbedding({ where: { id: 99 }, embedding: up })).rejects.toMatchObject({
        code: 'VZ308',
        fact: 'Note.updateEmbedding: there is no Note {"id":99}, or the caller may not see it.',
      })
    })

    it.each([
      [undefined, '`where` is undefined'],
      [{}, '`where` is {}, which names no row'],
      [{ id: undefined }, '`where` is {}, which names no row'],
      [{ NOT: { id: 1 } }, 'which names no row'],
      [{ text: { contains: 'e' } }, 'which several rows match'],
    ])('never takes more than one row: where %j', async (where, fact) => {
      const before = await columnOf('Note', 'embedding')
      await expect(db.note.updateEmbedding({ where, embedding: null } as never)).rejects.toMatchObject({
        code: 'VZ306',
        fact: expect.stringContaining(fact),
      })
      expect(await columnOf('Note', 'embedding')).toEqual(before)
    })

    it('takes back the vector when what else is to be written is not valid', async () => {
      const wrong = db.note.updateEmbedding({ where: { id: 4 }, embedding: up, data: { titel: 'x' } as never })
      await expect(wrong).rejects.toThrow('titel')
      expect(await vectorOf(4)).toBe('[1,0,0]')
    })
  })

  describe('updateEmbeddings', () => {
    it('replaces and removes vectors of many rows', async () => {
      const data = [
        { id: 5, embedding: up },
        { id: 1, embedding: null },
      ]
      expect(await db.note.updateEmbeddings({ data })).toEqual({ count: 2 })
      expect([await vectorOf(1), await vectorOf(5), await vectorOf(4)]).toEqual([null, '[0,0,1]', '[1,0,0]'])
      const back = [
        { id: 1, embedding: [-1, 0, 0] },
        { id: 5, embedding: null },
      ]
      expect(await db.note.updateEmbeddings({ data: back, batchSize: 1 })).toEqual({ count: 2 })
      expect([await vectorOf(1), await vectorOf(5)]).toEqual(['[-1,0,0]', null])
    })

    it('writes every type', async () => {
      const key = { kind: 'ESSAY', number: 1 } as const
      await db.sample.updateEmbeddings({ vectorizer: 'half', data: [{ ...key, embedding: half }] })
      await db.sample.updateEmbeddings({ vectorizer: 'bits', data: [{ ...key, embedding: bits }] })
      await db.sample.updateEmbeddings({ vectorizer: 'sparse', data: [{ ...key, embedding: new Map([[1, 3]]) }] })
      const of = (column: string) => columnOf('samples', column, `kind = 'ESSAY'`)
      expect([await of('half'), await of('bits'), await of('sparse')]).toEqual([
        ['[0.5,-1,0,2]'],
        ['1000000000000001'],
        ['{2:3}/40'],
      ])
    })

    it('writes nothing when a row is not there', async () => {
      const before = await columnOf('Note', 'embedding')
      const data = [1, 98, 99].map((id) => ({ id, embedding: up }))
      for (const batchSize of [500, 1]) {
        await expect(db.note.updateEmbeddings({ data, batchSize })).rejects.toMatchObject({
          code: 'VZ308',
          fact: 'Note.updateEmbeddings: there is no Note { id: 98 }, or the caller may not see it.',
        })
      }
      expect(await columnOf('Note', 'embedding')).toEqual(before)
    })

    it('refuses numbers that half precision cannot hold, and a key twice', async () => {
      const sample = { kind: 'ESSAY', number: 1, embedding: [1, 65_520, 0, 0] } as const
      await expect(db.sample.updateEmbeddings({ vectorizer: 'half', data: [sample] })).rejects.toMatchObject({
        code: 'VZ302',
        fact: 'Sample.updateEmbeddings, data[0]: element 1 of the vector is 65520, more than half precision can hold.',
      })
      const held = { ...sample, embedding: [65_519, -65_519, 0, 0] }
      expect(await db.sample.updateEmbeddings({ vectorizer: 'half', data: [held] })).toEqual({ count: 1 })
      await expect(
        db.note.updateEmbeddings({
          data: [
            { id: 1, embedding: up },
            { id: 1, embedding: null },
          ],
        }),
      ).rejects.toMatchObject({
        code: 'VZ306',
        fact: 'Note.updateEmbeddings: data[0] and data[1] have the same key.',
      })
    })
  })

  describe('many vectors a row', () => {
    it('writes all of them', async () => {
      const created = await db.collage.createWithEmbedding({ data: { id: 9, name: 'new' }, embedding: [up, [1, 2, 3]] })
      expect(created).toEqual({ id: 9, name: 'new' })
      await db.collage.updateEmbedding({ where: { id: 1 }, embedding: [] })
      const data = [
        { id: 2, embedding: [up, up, up] },
        { id: 3, embedding: [Float32Array.of(0.5, 0, 0)] },
      ]
      expect(await db.collage.updateEmbeddings({ data })).toEqual({ count: 2 })
      const of = (id: number) => columnOf('Collage', 'parts', `id = ${id}`)
      expect([await of(9), await of(1), await of(2), await of(3)].flat()).toEqual([
        '{"[0,0,1]","[1,2,3]"}',
        '{}',
        '{"[0,0,1]","[0,0,1]","[0,0,1]"}',
        '{"[0.5,0,0]"}',
      ])
      expect(await db.collage.deleteEmbeddings({ where: { id: { in: [2, 9] } } })).toEqual({ count: 2 })
      expect([await of(2), await of(3)]).toEqual([[null], ['{"[0.5,0,0]"}']])
    })

    it('checks each of them', async () => {
      const write = (embedding: unknown) =>
        db.collage.updateEmbedding({ where: { id: 1 }, embedding: embedding as never })
      await expect(write([up, [1]])).rejects.toMatchObject({
        code: 'VZ301',
        fact: 'Collage.updateEmbedding, vector 1: the vector has 1 dimensions, the store has 3.',
      })
      await expect(write(up)).rejects.toMatchObject({ code: 'VZ306', fact: expect.stringContaining('is one vector') })
      await expect(write('x')).rejects.toMatchObject({
        code: 'VZ306',
        fact: expect.stringContaining('"x", not an array of vectors'),
      })
    })
  })

  it.each(['arguments', 'result'] as const)(
    'writes nothing for a row that another extension hides by the %s of findMany',
    async (kind) => {
      const before = fixture.prisma.$extends(hooks[kind]).$extends(vectorizer())
      const after = fixture.prisma.$extends(vectorizer()).$extends(hooks[kind])
      for (const client of [before, after]) {
        const hidden = { code: 'VZ308' }
        await expect(client.note.updateEmbedding({ where: { id: 4 }, embedding: up })).rejects.toMatchObject(hidden)
        const data = { text: 'x' }
        await expect(client.note.updateEmbedding({ where: { id: 4 }, embedding: up, data })).rejects.toMatchObject(
          hidden,
        )
        const rows = [3, 4].map((id) => ({ id, embedding: up }))
        await expect(client.note.updateEmbeddings({ data: rows })).rejects.toMatchObject(hidden)
        await expect(client.note.updateEmbeddings({ data: rows, batchSize: 1 })).rejects.toMatchObject(hidden)
        expect(await vectorOf(3)).toBe('[0.8,0.6,0]')
        const seen = await client.note.updateEmbedding({ where: { id: 3 }, embedding: [0.8, 0.6, 0] })
        expect(seen).toEqual({ id: 3, text: 'northeast' })
      }
      expect(await vectorOf(4)).toBe('[1,0,0]')
    },
  )

  it('says which arguments are wrong', async () => {
    const wrong = (call: PromiseLike<unknown>, code: string, fact: string) =>
      expect(call).rejects.toMatchObject({ code, fact: expect.stringContaining(fact) })
    await wrong(db.note.updateEmbedding({ where: { id: 1 } } as never), 'VZ306', '`embedding` is undefined')
    await wrong(db.note.createWithEmbedding({ data: {}, embedding: null } as never), 'VZ306', '`embedding` is null')
    await wrong(db.note.createWithEmbedding({ dta: {}, embedding: up } as never), 'VZ306', 'no argument `dta`')
    await wrong(db.note.createWithEmbedding(undefined as never), 'VZ306', '`embedding` is undefined')
    const key = { kind: 'NOTE', number: 1 }
    await wrong(db.sample.updateEmbeddings({ data: [{ ...key, embedding: half }] } as never), 'VZ305', 'none is named')
    await wrong(
      db.article.updateEmbedding({ vectorizer: 'titleEmbeddings', where: { id: 1 }, embedding: up } as never),
      'VZ306',
      'keeps its vectors in a store table',
    )
    const posts = db.blogPost as unknown as typeof db.note
    await wrong(posts.updateEmbeddings({ data: [] }), 'VZ306', 'the model has no vectors of its own')
  })
})
