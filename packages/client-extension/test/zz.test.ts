import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import { adapters, type Fixture, openFixture } from './support/clients.ts'
import { manifestWithWords, wordsSql } from './support/word-search.ts'
describe.each(adapters)('%s', (adapter) => {
  let fixture: Fixture
  beforeAll(async () => { fixture = await openFixture(adapter, await wordsSql([{ id: 1, title: 'a', chunks: [{ chunk: 'w5 flood', vector: [1, 0, 0] }] }])) })
  afterAll(() => fixture.close())
  const texts = {
    words: Array.from({ length: 30_000 }, (_, i) => `w${i}`).join(' ').slice(0, 99_999),
    letters: 'b '.repeat(49_000),
    hyphens: Array.from({ length: 30_000 }, (_, i) => `w${i}`).join('-').slice(0, 99_999),
    parens: '('.repeat(90_000) + ' flood',
    quotes: '"w5 '.repeat(24_000),
    ors: 'w5 or '.repeat(16_000) + 'flood',
    minus: '-a1 '.repeat(24_000),
    url: 'http://example.com/?a=1&b=2&c=3 flood',
    cjk: '字'.repeat(99_000),
    email: 'a@b.com state-of-the-art pg_class w5',
  }
  it.each(Object.keys(texts) as (keyof typeof texts)[])('%s', async (name) => {
    const db = fixture.prisma.$extends(createVectorizer(manifestWithWords('english'))({ embedder: async () => ({ name: 'x', embed: async (t) => ({ vectors: t.map(() => [1, 0, 0]), tokens: 0 }) }) }))
    const out: unknown[] = []
    for (const mode of ['keyword', 'hybrid'] as const) {
      const start = Date.now()
      out.push(await db.blogPost.findSimilar(texts[name], { mode }).then((r) => r.map((x) => [x.title, x._distance, x._score]), (e) => (e as Error).message.slice(0, 300)), Date.now() - start)
    }
    console.log(adapter, name, JSON.stringify(out))
  })
})
