// createWithEmbedding: a row and its vector, both or neither.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, type Fixture, openFixture } from './support/clients.ts'

const vectorizer = createVectorizer(manifest)
const up = [0, 0, 1]
const half = [0.5, -1, 0, 2]
const bits = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]

describe.each(adapters)('createWithEmbedding over %s', (adapter) => {
  let fixture: Fixture
  const extend = () => fixture.prisma.$extends(vectorizer())
  let db: ReturnType<typeof extend>

  beforeAll(async () => {
    fixture = await openFixture(adapter)
    db = extend()
  })
  afterAll(() => fixture.close())

  async function columnOf(table: string, column: string, where = 'true'): Promise<(string | null)[]> {
    const rows = await db.$queryRawUnsafe<{ value: string | null }[]>(
      `SELECT "${column}"::text AS value FROM "${table}" WHERE ${where} ORDER BY 1`,
    )
    return rows.map(({ value }) => value)
  }
  const vectorOf = async (id: number) => (await columnOf('Note', 'embedding', `id = ${id}`))[0]

  it('creates a row of many vectors', async () => {
    const parts = [
      [1, 0, 0],
      [0, 1, 0],
    ]
    const collage = await db.collage.createWithEmbedding({ data: { id: 90, name: 'new' }, embedding: parts })
    expect(collage).toEqual({ id: 90, name: 'new' })
    const [read] = await db.collage.findEmbeddings({ where: { id: 90 } })
    expect(read?._embedding).toEqual(parts)
    await db.collage.delete({ where: { id: 90 } })
  })

  it('creates the row and returns it as create does', async () => {
    const note = await db.note.createWithEmbedding({ data: { id: 10, text: 'up' }, embedding: up })
    expect(note).toEqual({ id: 10, text: 'up' })
    expect(await vectorOf(10)).toBe('[0,0,1]')
    const selected = await db.note.createWithEmbedding({
      data: { id: 11, text: 'up' },
      embedding: Float32Array.of(0, 0, 2),
      select: { text: true },
    })
    expect(Object.keys(selected)).toEqual(['text'])
    const omitted = await db.note.createWithEmbedding({
      data: { id: 12, text: 'u' },
      embedding: up,
      omit: { id: true },
    })
    expect(JSON.stringify(omitted)).toBe('{"text":"u"}')
    expect(await columnOf('Note', 'embedding', 'id in (11, 12)')).toEqual(['[0,0,1]', '[0,0,2]'])
    await db.note.deleteMany({ where: { id: { gte: 10 } } })
  })

  it('creates a row of every type, with a key of several columns', async () => {
    const key = { kind: 'NOTE', label: 'new' } as const
    const sparse = new Map([
      [39, 2],
      [0, 0.5],
    ])
    await db.sample.createWithEmbedding({ vectorizer: 'half', data: { ...key, number: 21 }, embedding: half })
    await db.sample.createWithEmbedding({ vectorizer: 'bits', data: { ...key, number: 22 }, embedding: bits })
    await db.sample.createWithEmbedding({ vectorizer: 'sparse', data: { ...key, number: 23 }, embedding: sparse })
    const dense = Array.from({ length: 40 }, (_, index) => (index === 39 ? 2 : 0))
    await db.sample.createWithEmbedding({ vectorizer: 'sparse', data: { ...key, number: 24 }, embedding: dense })
    expect(await columnOf('samples', 'half', 'sample_no = 21')).toEqual(['[0.5,-1,0,2]'])
    expect(await columnOf('samples', 'bits', 'sample_no = 22')).toEqual(['1000000000000001'])
    expect(await columnOf('samples', 'sparse', 'sample_no in (23, 24)')).toEqual(['{1:0.5,40:2}/40', '{40:2}/40'])
    await db.sample.deleteMany({ where: { label: 'new' } })
  })

  it('leaves no row when the vector cannot be stored, or the row cannot be created', async () => {
    const wrong = db.note.createWithEmbedding({ data: { id: 13, text: 'x' }, embedding: [1] })
    await expect(wrong).rejects.toMatchObject({
      code: 'VZ301',
      fact: 'Note.createWithEmbedding: the vector has 1 dimensions, the store has 3.',
    })
    await db.$executeRawUnsafe(`ALTER TABLE "Note" ADD CONSTRAINT short CHECK (vector_norm(embedding) < 10)`)
    await expect(db.note.createWithEmbedding({ data: { id: 13, text: 'x' }, embedding: [100, 0, 0] })).rejects.toThrow(
      'short',
    )
    await db.$executeRawUnsafe(`ALTER TABLE "Note" DROP CONSTRAINT short`)
    expect(await db.note.count({ where: { id: 13 } })).toBe(0)
    await expect(db.note.createWithEmbedding({ data: { id: 4, text: 'x' }, embedding: up })).rejects.toMatchObject({
      code: 'P2002',
    })
    expect(await vectorOf(4)).toBe('[1,0,0]')
  })

  it('belongs to the transaction of the caller, and goes through the hooks of other extensions', async () => {
    const created: unknown[] = []
    const audited = fixture.prisma.$extends(vectorizer()).$extends({
      query: {
        note: {
          async create({ args, query }) {
            created.push(args)
            return query({ ...args, data: { ...args.data, text: 'by the hook' } })
          },
        },
      },
    })
    const inside = audited.$transaction(async (tx) => {
      await tx.note.createWithEmbedding({ data: { id: 14, text: 'x' }, embedding: up })
      throw new Error(`rolled back ${await tx.note.count({ where: { id: 14 } })}`)
    })
    await expect(inside).rejects.toThrow('rolled back 1')
    expect(await db.note.count({ where: { id: 14 } })).toBe(0)
    const note = await audited.note.createWithEmbedding({ data: { id: 14, text: 'x' }, embedding: up })
    expect(note.text).toBe('by the hook')
    expect(created).toEqual([{ data: { id: 14, text: 'x' } }, { data: { id: 14, text: 'x' } }])
    await db.note.delete({ where: { id: 14 } })
  })
})
