// A database as our migrations make it has nothing to complain of, whatever kind of store and index it has.
import { expect, test } from 'vitest'
import { migrationSql, specsOfSchema } from '../../../test/support/schema-sql.ts'
import { useVectorizedTables } from '../../../test/support/vectorized-tables.ts'
import { findingsOf } from './support/examine.ts'

const { run } = useVectorizedTables('')

const post = (args: string, fields = '') => `model Post {
  id        Int     @id @default(autoincrement())
  title     String
  published Boolean @default(false)
  /// @vectorizer(dimensions: 3${args})
  content   String?
${fields}}
`
const posts = (columns = '') => `CREATE TABLE "Post" ("id" SERIAL NOT NULL, "title" TEXT NOT NULL,
  "published" BOOLEAN NOT NULL DEFAULT false, "content" TEXT${columns}, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));`
const field = (line: string) => `model Face {
  id Int @id
  ${line}
  @@index([v], map: "Face_v_vector_idx")
}
`
const faces = (type: string) =>
  `CREATE TABLE "Face" ("id" INTEGER NOT NULL, "v" ${type}, CONSTRAINT "Face_pkey" PRIMARY KEY ("id"));`
const relationModePrisma = 'datasource db {\n  provider = "postgresql"\n  relationMode = "prisma"\n}\n'

const sections = `model Section {
  tenantId String    @map("tenant_id") @db.Uuid
  kind     Kind
  number   BigInt    @map("no")
  since    DateTime  @db.Timestamptz(6)
  code     String    @db.Char(4)
  /// @vectorizer(dimensions: 3, template: "$meta $chunk", where: since > "2020-01-01" and kind != "NOTE")
  text     String
  meta     Json?     @db.Json

  @@id([tenantId, kind, number, since, code])
  @@map("doc sections")
}

enum Kind {
  ESSAY
  NOTE
}
`
const sectionTables = `CREATE TYPE "Kind" AS ENUM ('ESSAY', 'NOTE');
CREATE TABLE "doc sections" ("tenant_id" UUID NOT NULL, "kind" "Kind" NOT NULL, "no" BIGINT NOT NULL,
  "since" TIMESTAMPTZ(6) NOT NULL, "code" CHAR(4) NOT NULL, "text" TEXT NOT NULL, "meta" JSON,
  CONSTRAINT "doc sections_pkey" PRIMARY KEY ("tenant_id", "kind", "no", "since", "code"));`

test.each([
  ['hnsw over half precision', post(''), posts()],
  ['hnsw with parameters', post(', index: hnsw(m: 8, efConstruction: 32)'), posts()],
  ['hnsw over the column', post(', index: hnsw(halfvec: false), distance: l1'), posts()],
  ['ivfflat over half precision', post(', index: ivfflat(lists: 3), distance: ip'), posts()],
  ['ivfflat over the column', post(', index: ivfflat(lists: 3, halfvec: false), distance: l2'), posts()],
  ['hnsw over bits', post(', index: hnsw(bit: true)'), posts()],
  ['hnsw over the bits of halfvec', post(', type: halfvec, index: hnsw(bit: true)'), posts()],
  ['a text index', post(', textSearch: english'), posts()],
  ['a text index of a qualified configuration', post(', textSearch: "pg_catalog.simple"'), posts()],
  ['no index', post(', index: none'), posts()],
  ['too long for a page', post(', index: none').replace('dimensions: 3', 'dimensions: 1600'), posts()],
  ['halfvec', post(', type: halfvec'), posts()],
  ['bit by hamming distance', post(', type: bit'), posts()],
  ['bit by jaccard distance', post(', type: bit, distance: jaccard'), posts()],
  ['sparsevec', post(', type: sparsevec'), posts()],
  ['a filter', post(', where: published = true and title != "Draft"'), posts()],
  ['a view', post(', view: "post_chunks"'), posts()],
  ['relationMode prisma', relationModePrisma + post(''), posts()],
  ['row-level security', post(''), `${posts()} ALTER TABLE "Post" ENABLE ROW LEVEL SECURITY;`],
  ['a composite key of many types', sections, sectionTables],
  [
    'a column of the source',
    post(', destination: column(embedding), chunking: none', '  embedding Unsupported("vector(3)")?\n'),
    posts(', "embedding" vector(3)'),
  ],
  [
    'a schema of its own',
    post('', '  @@schema("app")\n').replace(
      'model',
      'datasource db {\n  provider = "postgresql"\n  schemas = ["app"]\n}\nmodel',
    ),
    `CREATE SCHEMA app; ${posts().replace('"Post"', 'app."Post"')}`,
  ],
  ['a vector field', field('/// @vector(dimensions: 3)\n  v Unsupported("vector(3)")?'), faces('vector(3)')],
  [
    'a list of vectors',
    field('/// @vector()\n  v Unsupported("vector(3)")[]').replace(/ {2}@@index.*\n/u, ''),
    faces('vector(3)[]'),
  ],
  ['a vector field of bits', field('/// @vector(dimensions: 3)\n  v String? @db.Bit(3)'), faces('bit(3)')],
])('%s: nothing to complain of', async (_, schema, tables) => {
  await run(`CREATE EXTENSION vector; ${tables}`)
  await run(migrationSql(specsOfSchema(schema), { tables }))
  expect(await findingsOf(run)).toEqual([])
})

test('a database without anything of ours', async () => {
  expect(await findingsOf(run)).toEqual([])
})
