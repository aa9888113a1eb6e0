// docs/querying.md: its examples compile, run, and send the SQL that it shows.
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Fixture, openFixture } from './support/clients.ts'
import { type ExampleModule, exampleModule, examplesOf, patternOf, withoutLayout } from './support/documentation.ts'
import { insertSamples, sampleRows } from './support/sample-vectors.ts'

const examples = await examplesOf(new URL('../../../docs/querying.md', import.meta.url))

const east = [1, 0, 0]
const compass = {
  name: 'test/compass',
  embed: async (texts: readonly string[]) => ({ vectors: texts.map(() => east), tokens: 1 }),
}

// The document's posts have a full-text search, which those of the fixture do not.
const vectorizerModule = `
import { createVectorizer, createVectorSql } from '@prisma-vectorizer/client'
import { manifest as fixture } from '../../../../manifest.ts'

const [posts, ...others] = fixture.vectorizers
const searched = { ...posts, textSearch: 'english', model: 'openai/text-embedding-3-small' } as const
export const manifest = { ...fixture, vectorizers: [searched, ...others] } as const
export const vectorizer = createVectorizer(manifest)
export const vectorSql = createVectorSql(manifest)
`

/** Of pgai's signature. */
const openaiEmbed = `CREATE FUNCTION ai.openai_embed(model text, input_text text, dimensions int) RETURNS vector IMMUTABLE
  LANGUAGE sql AS $$ SELECT '[1,0,0]'::vector(3) $$`

// What begins and ends a transaction.
const bracket = /^(BEGIN|COMMIT|ROLLBACK|--)/u

let fixture: Fixture
let module: ExampleModule
let prisma: unknown
let db: unknown
const sent: string[] = []

beforeAll(async () => {
  fixture = await openFixture('pglite')
  await fixture.prisma.$executeRawUnsafe(insertSamples(sampleRows(20)))
  await fixture.prisma.$executeRaw`CREATE SCHEMA ai`
  await fixture.prisma.$executeRawUnsafe(openaiEmbed)
  module = await exampleModule(examples, vectorizerModule)
  const client = fixture.connect({ log: [{ emit: 'event', level: 'query' }] })
  const listening = client as unknown as {
    $on(event: 'query', heard: (query: { readonly query: string }) => void): void
  }
  listening.$on('query', ({ query }) => sent.push(query))
  const { vectorizer } = await import(module.vectorizer)
  prisma = client
  db = client.$extends(vectorizer({ embedder: async () => compass, warn: () => {} }))
})
afterAll(async () => {
  await module?.remove()
  await fixture.close()
})

it('has examples that the compiler accepts', async () => {
  expect(examples.length).toBeGreaterThan(10)
  await module.check()
})

it.each(examples.map((example, index) => ({ ...example, index })))(
  'runs line $line, $heading',
  async ({ index, sql }) => {
    vi.spyOn(console, 'log').mockReturnValue()
    sent.length = 0
    await module.run[index]?.(db, prisma, east)
    if (!sql) return
    const statements = sent.filter((each) => !bracket.test(each)).map(withoutLayout)
    expect(statements).toEqual(sql.map((shown) => expect.stringMatching(patternOf(shown))))
  },
)
