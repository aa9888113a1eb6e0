// Fragments for $queryRaw: what they say, made by both generated clients, and what they refuse.
import { beforeAll, describe, expect, it } from 'vitest'
import { createVectorSql } from '../src/index.ts'
import { manifest } from './fixture/manifest.ts'
import { generators, namespaceOf, type Prisma } from './support/namespaces.ts'

const east = [1, 0, 0]
const chunks = 'BlogPostContentEmbeddings'
const bits = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]
const sparse: ReadonlyMap<number, number> = new Map().set(39, 2).set(0, 1)

describe.each(generators)('a fragment of %s', (generator) => {
  let Prisma: Prisma
  const fragmentsOf = (prisma: Prisma) => createVectorSql(manifest)(prisma)
  let sql: ReturnType<typeof fragmentsOf>

  beforeAll(async () => {
    Prisma = await namespaceOf(generator)
    sql = fragmentsOf(Prisma)
  })

  it('is an Sql of the client, with the vector as its one parameter', () => {
    const fragment = sql.cosineDistance(chunks, east)
    expect(fragment.constructor).toBe(Prisma.empty.constructor)
    expect(fragment.values).toEqual(['[1,0,0]'])
    expect(fragment.text).toMatchInlineSnapshot(
      `"("BlogPost_embedding_store"."embedding"::halfvec(3) <=> (select $1::halfvec(3)))"`,
    )
    expect(sql.cosineDistance(chunks, Float32Array.of(0, 0.5, 0)).values).toEqual(['[0,0.5,0]'])
  })

  it('says each distance, over the column that is asked for', () => {
    const vector = [1, 0, 0, 0]
    const texts = [
      sql.l2Distance('Sample.half', vector),
      sql.l1Distance('Sample.half', vector),
      sql.maxInnerProduct('Sample.sparse', sparse),
      sql.hammingDistance('Sample.bits', bits),
      sql.jaccardDistance('Sample.bits', bits),
      sql.maxInnerProduct('ProductNameEmbeddings', east),
      sql.l2Distance('Article.summaryVector', east),
      sql.cosineDistance('Note.embedding', east, { alias: 'n' }),
      sql.cosineDistance('Note.embedding', east, { alias: 'the "note"', exact: true }),
    ].map(({ text, values }) => `${text} ← ${values}`)
    expect(texts).toMatchInlineSnapshot(`
      [
        "("samples"."half" <-> (select $1::halfvec(4))) ← [1,0,0,0]",
        "("samples"."half" <+> (select $1::halfvec(4))) ← [1,0,0,0]",
        "("samples"."sparse" <#> (select $1::sparsevec(40))) ← {1:1,40:2}/40",
        "("samples"."bits" <~> (select $1::bit(16))) ← 0101010101010101",
        "("samples"."bits" <%> (select $1::bit(16))) ← 0101010101010101",
        "("Product_embedding_store"."embedding" <#> (select $1::vector(3))) ← [1,0,0]",
        "("Article"."summary_vector" <-> (select $1::vector(3))) ← [1,0,0]",
        "("n"."embedding"::halfvec(3) <=> (select $1::halfvec(3))) ← [1,0,0]",
        "("the ""note"""."embedding" <=> (select $1::vector(3))) ← [1,0,0]",
      ]
    `)
  })

  it('takes SQL that makes the vector, parameters included', () => {
    const embedded = Prisma.sql`ai.openai_embed('text-embedding-3-small', ${'query'}, dimensions => ${3})`
    const fragment = sql.cosineDistance(chunks, embedded, { alias: 'c' })
    expect(fragment.text).toMatchInlineSnapshot(
      `"("c"."embedding"::halfvec(3) <=> (select (ai.openai_embed('text-embedding-3-small', $1, dimensions => $2))::halfvec(3)))"`,
    )
    expect(fragment.values).toEqual(['query', 3])
  })

  it('names tables and columns', () => {
    expect(sql.storeTable(chunks).text).toBe('"BlogPost_embedding_store"')
    expect(sql.storeTable('Sample.dense').text).toBe('"samples"')
    expect(sql.storeColumn('Sample.dense').text).toBe('"samples"."dense_vector"')
    expect(sql.storeColumn(chunks, { alias: 'c' }).text).toBe('"c"."embedding"')
    const [note] = manifest.vectorizers.filter(({ name }) => name === 'Note_embedding')
    const inSchema = {
      ...note,
      store: { ...note?.store, schema: 'text' },
    } as unknown as (typeof manifest.vectorizers)[7]
    const fragments = createVectorSql({ ...manifest, vectorizers: [inSchema] })(Prisma)
    expect(fragments.storeTable('Note.embedding').text).toBe('"text"."Note"')
    expect(fragments.storeColumn('Note.embedding').text).toBe('"Note"."embedding"')
  })

  it.each<[why: string, make: () => unknown, message: string | RegExp]>([
    [
      'length',
      () => sql.cosineDistance(chunks, [1]),
      /^VZ301 cosineDistance\('Blog.*: the vector has 1 dimensions, the/,
    ],
    ['not finite', () => sql.cosineDistance(chunks, [1, Number.NaN, 0]), /^VZ302 cosineDistance.*: element 1 of the/],
    ['no direction', () => sql.cosineDistance(chunks, [0, 0, 0]), /^VZ306 .*: every element of the vector is zero/],
    ['sparse index', () => sql.l1Distance('Sample.sparse', new Map([[40, 1]])), /^VZ301 .* at index 40/],
    ['sparse for dense', () => sql.l2Distance('Sample.half', new Map([[0, 1]])), /^VZ306 .*: the vector is a Map/],
    ['text', () => sql.cosineDistance(chunks, 'query' as never), /^VZ306 .*: the vector is string\.\n.*embeds no text/],
    ['null', () => sql.cosineDistance(chunks, null as never), /^VZ306 .*: the vector is null\./],
    [
      'bits by cosine',
      () => sql.cosineDistance('Sample.bits' as never, east),
      /^VZ306 .*type bit have no cosine distance/,
    ],
    [
      'numbers by bits',
      () => sql.jaccardDistance('Note.embedding' as never, east),
      /type vector have no jaccard distance/,
    ],
    ['a list', () => sql.cosineDistance('Collage.parts' as never, east), /^VZ306 .*: the field is a list/],
    [
      'no store',
      () => sql.cosineDistance('BlogPostEmbeddings' as never, east),
      /^VZ305 .*\n.*\n.*mean "BlogPostContentEmb/,
    ],
    ['a model', () => sql.storeTable('Note' as never), /^VZ305 storeTable: .* called "Note"/],
    ['no name', () => sql.storeColumn(undefined as never), /^VZ305 storeColumn: .* called undefined/],
    [
      'no option',
      () => sql.l2Distance('Sample.half', east, { aliass: 'x' } as never),
      /^VZ306 .*`aliass`(.|\n)*mean `alias`/,
    ],
    ['no alias', () => sql.storeColumn(chunks, { alias: '' }), /^VZ306 .*`alias` is ""/],
    ['exact', () => sql.cosineDistance(chunks, east, { exact: 1 } as never), /^VZ306 .*`exact` is 1/],
    ['options', () => sql.cosineDistance(chunks, east, 'c' as never), /^VZ306 .*the options are "c"/],
    [
      'namespace',
      () => createVectorSql(manifest)({} as typeof Prisma),
      /^VZ306 vectorSql: what was passed has no `sql`/,
    ],
  ])('refuses a wrong %s', (_why, make, message) => {
    expect(make).toThrow(message)
  })

  it('refuses SQL of another copy of Prisma, which this one would send as a value', () => {
    const fragment = Object.assign(new (class Sql {})(), { strings: ["'[1,0,0]'::vector"], values: [] })
    expect(() => sql.cosineDistance(chunks, fragment as never)).toThrow(/^VZ306 .* is an Sql of another Prisma client/)
  })
})
