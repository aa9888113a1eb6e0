// The search over enough vectors for its index to matter: recall, full pages, and how far a scan goes.
import type { VectorizerSpec } from '@prisma-vectorizer/spec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunQuery, search } from '../src/find-similar/search.ts'
import { readAnswer } from '../src/rows/rows.ts'
import type { CompiledWhere } from '../src/where/compile-where.ts'
import { manifest } from './fixture/manifest.ts'
import { type Fixture, fixtureSql, openFixture } from './support/clients.ts'
import { statementInput, statementOf } from './support/statement-input.ts'

const [posts] = manifest.vectorizers

describe('the search over thousands of vectors', () => {
  const dimensions = 24
  const rows = 6000
  const spec: VectorizerSpec = { ...posts, dimensions }
  let fixture: Fixture
  let exact: (vector: string, filter?: CompiledWhere) => Promise<unknown[]>
  const queries = randomVectors(20, 7)
  const run: RunQuery = ({ text, values }) => fixture.prisma.$queryRawUnsafe(text, ...values)

  beforeAll(async () => {
    const tables = (await fixtureSql('tables')).replaceAll('vec(3)', `vec(${dimensions})`)
    const sql = tables
      .replaceAll('vector(3)', `vector(${dimensions})`)
      .replace('ef_construction = 64', 'ef_construction = 16')
      .replace('m = 16', 'm = 4')
    fixture = await openFixture('pg', sql)
    const { prisma } = fixture
    await prisma.$executeRaw`INSERT INTO "BlogPost" ("id", "title", "content", "published", "views")
      SELECT n, 'post ' || n, '', n % 2 = 0, n FROM generate_series(1, ${rows}::int) n`
    const ids = Array.from({ length: rows }, (_, index) => index + 1)
    await prisma.$executeRaw`INSERT INTO "BlogPost_embedding_store" ("id", "chunk_seq", "chunk", "embedding")
      SELECT id, 0, 'chunk', v::vector FROM unnest(${ids}::int[], ${randomVectors(rows, 1)}::text[]) AS t (id, v)`
    exact = async (vector, filter) =>
      (
        await readAnswer(await run(statementOf({ spec, query: asQuery(vector), filter, take: 10, read: 'all' })), 1)
      ).hits.map(({ key }) => key[0])
  }, 120_000)
  afterAll(() => fixture.close())

  async function recall(statementOf: (vector: string) => Promise<unknown[]>): Promise<number> {
    let found = 0
    for (const vector of queries) {
      const expected = new Set(await exact(vector))
      found += (await statementOf(vector)).filter((id) => expected.has(id)).length
    }
    return found / (queries.length * 10)
  }

  it('finds more of the nearest rows the more it reads, so its settings reach the index scan', async () => {
    const readOnly = (efSearch: number) => async (vector: string) => {
      const { text, values } = statementOf({ spec, query: asQuery(vector), take: 10 })
      const limited = text
        .replace("'hnsw.ef_search', '100'", `'hnsw.ef_search', '${efSearch}'`)
        .replace('limit 100', 'limit 10')
      return readAnswer(await run({ text: limited, values }), 1).hits.map(({ key }) => key[0])
    }
    const [low, high] = [await recall(readOnly(10)), await recall(readOnly(400))]
    expect(high).toBeGreaterThan(low + 0.1)
    expect(high).toBeGreaterThan(0.9)
  })

  it('returns as many rows as asked for under any filter', async () => {
    for (const [text, value] of [
      ['"published" = $1', true],
      ['"views" <= $1', 30],
      ['"views" <= $1', 2000],
    ] as const) {
      const filter = { text: `SELECT "id" FROM "BlogPost" WHERE ${text}`, values: [value] }
      const counts = queries.map(async (vector) => {
        const input = statementInput({ spec, query: asQuery(vector), filter, take: 10 })
        return (await search(run, input)).hits.length
      })
      expect(new Set(await Promise.all(counts))).toEqual(new Set([10]))
    }
  })

  it('is exact where few rows pass the filter', async () => {
    const filter = { text: 'SELECT "id" FROM "BlogPost" WHERE "views" <= $1', values: [500] }
    for (const vector of queries) {
      const { hits } = await search(run, statementInput({ spec, query: asQuery(vector), filter, take: 10 }))
      expect(hits.map(({ key }) => key[0])).toEqual(await exact(vector, filter))
    }
  })

  it('reads more lists of an ivfflat index the more it probes, and all of them where it needs to', async () => {
    await fixture.prisma.$executeRawUnsafe('DROP INDEX "BlogPost_embedding_store_embedding_vector_idx"')
    await fixture.prisma.$executeRawUnsafe(`CREATE INDEX "by_lists" ON "BlogPost_embedding_store"
      USING ivfflat (("embedding"::halfvec(${dimensions})) halfvec_cosine_ops) WITH (lists = 64)`)
    const byLists: VectorizerSpec = { ...spec, index: { kind: 'ivfflat', lists: 64, halfvec: true } }
    const scannedWith = async (setting: string, value: string) => {
      const query = asQuery(queries[0] ?? '')
      const { text, values } = statementOf({ spec: byLists, query, read: rows })
      const changed = text.replace(/'(ivfflat\.\w+)', '\w+'/g, (set, name) => {
        if (name === 'ivfflat.iterative_scan') return setting === 'probes' ? `'${name}', 'off'` : set
        return setting === 'probes' ? `'${name}', '${value}'` : set
      })
      const answer = await fixture.prisma.$transaction(async (tx) => {
        await tx.$executeRawUnsafe('SET LOCAL enable_seqscan = off')
        return tx.$queryRawUnsafe<Record<string, unknown>[]>(changed, ...values)
      })
      return readAnswer(answer, 1).scanned
    }
    const [one, eight] = [await scannedWith('probes', '1'), await scannedWith('probes', '8')]
    expect(one).toBeLessThan(rows / 10)
    expect(eight).toBeGreaterThan((one ?? 0) * 2)
    expect(eight).toBeLessThan(rows / 2)
    expect(await scannedWith('as it is', '')).toBe(rows)
  })
})

const asQuery = (value: string) => ({ form: 'vector', value }) as const

/** The same ones every time, as pgvector's text. */
function randomVectors(count: number, seed: number): string[] {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state / 0x7fffffff - 0.5
  }
  return Array.from({ length: count }, () => JSON.stringify(Array.from({ length: 24 }, next)))
}
