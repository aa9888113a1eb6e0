// Every kind of key and name on the whole road: documented steps, a row written, embedded, found, changed and deleted.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWrappedApplication } from './support/application.ts'
import { createDatabase, type TestDatabase } from './support/databases.ts'
import type { Project } from './support/project.ts'
import { inSync, type Travelled, type Traveller, takeDocumentedSteps, travel } from './support/whole-road.ts'

const annotation = '@vectorizer(dimensions: 256, model: "local/hash")'
const text = `text String /// ${annotation}`
/** A model with its key, or all its fields but the text. */
const model = (name: string, fields: string, attributes = '') =>
  `model ${name} {\n  ${fields}\n  ${text}\n${attributes}\n}\n`

const uuid = '0190c2b6-7d5e-7000-8000-0000000000aa'
/** 63 bytes, which is as long as PostgreSQL's names are. */
const longest = 'a_table_of_the_international_journal_of_very_long_table_names_x'
const accented = 'Übergrößenträgerausstattungsverordnungsänderungsgesetzé'

interface Kind {
  readonly kind: string
  readonly schema: string
  readonly travellers: readonly Traveller[]
}

const keys: readonly Kind[] = [
  ...(
    [
      ['an autoincrement Int', 'ByInt', 'id Int @id @default(autoincrement())', '{}'],
      ['a SmallInt', 'BySmallInt', 'id Int @id @db.SmallInt', '{ id: 7 }'],
      ['an autoincrement BigInt', 'ByBigInt', 'id BigInt @id @default(autoincrement())', '{}'],
      ['a uuid(7) of type Uuid', 'ByUuid', 'id String @id @default(uuid(7)) @db.Uuid', '{}'],
      [
        'a uuid that the database makes',
        'ByDbUuid',
        'id String @id @default(dbgenerated("gen_random_uuid()")) @db.Uuid',
        '{}',
      ],
      ['a uuid as text', 'ByTextUuid', 'id String @id @default(uuid())', '{}'],
      ['a cuid', 'ByCuid', 'id String @id @default(cuid())', '{}'],
      ['a ulid of VarChar', 'ByUlid', 'id String @id @default(ulid()) @db.VarChar(26)', '{}'],
      ['a nanoid of Char', 'ByNanoid', 'id String @id @default(nanoid()) @db.Char(21)', '{}'],
      ['a slug', 'BySlug', 'slug String @id', `{ slug: 'it\\'s "$1" %s \\\\ ü' }`],
      ['an enum', 'ByEnum', 'kind Kind @id', `{ kind: 'NOTE' }`],
      ['a date', 'ByDate', 'day DateTime @id @db.Date', `{ day: new Date('2026-02-28') }`],
      ['a time', 'ByTime', 'at DateTime @id @default(now())', '{}'],
      ['a time with zone', 'ByZoned', 'at DateTime @id @default(now()) @db.Timestamptz(6)', '{}'],
      ['a decimal', 'ByDecimal', 'no Decimal @id @db.Decimal(20, 4)', `{ no: '1234567890.1234' }`],
      ['a float', 'ByFloat', 'no Float @id', '{ no: 0.1 }'],
      ['a boolean', 'ByBoolean', 'yes Boolean @id', '{ yes: true }'],
      ['bytes', 'ByBytes', 'hash Bytes @id', '{ hash: Buffer.from([0, 255, 34]) }'],
      ['an address', 'ByInet', 'ip String @id @db.Inet', `{ ip: '10.0.0.1' }`],
    ] as const
  ).map(([kind, name, field, row]) => ({
    kind: `a key that is ${kind}`,
    schema: model(name, field),
    travellers: [{ model: name.charAt(0).toLowerCase() + name.slice(1), row }],
  })),
  {
    kind: 'a composite key',
    schema: model(
      'Composite',
      'tenant String @db.Uuid\n  kind Kind\n  number BigInt @map("no.")\n  day DateTime @map("the day") @db.Date',
      '  @@id([day, tenant, kind, number], map: "composite key")\n  @@map("All composites")',
    ),
    travellers: [
      {
        model: 'composite',
        row: `{ tenant: '${uuid}', kind: 'ESSAY', number: 2n ** 62n, day: new Date('2026-02-28') }`,
      },
    ],
  },
]

const names: readonly Kind[] = [
  {
    kind: 'reserved words',
    schema: `model Order {
  select Int    @id @default(autoincrement())
  from   String
  /// @vectorizer(dimensions: 256, model: "local/hash", template: "$chunk$from")
  where  String

  @@map("order")
}
`,
    travellers: [{ model: 'order', row: `{ from: '' }`, field: 'where' }],
  },
  {
    kind: 'fields called chunk, embedding, parent and like the other columns of a store',
    schema: `model Passage {
  chunk         Int       @default(autoincrement())
  chunkSeq      Int       @default(7)
  embeddingUuid String    @default(uuid()) @map("embedding_uuid") @db.Uuid
  embedding     String /// ${annotation.replace('(', '(name: embeddings, ')}
  parentChunk   Int?
  parentSeq     Int?
  parentUuid    String?   @db.Uuid
  parent        Passage?  @relation("tree", fields: [parentChunk, parentSeq, parentUuid], references: [chunk, chunkSeq, embeddingUuid], onDelete: NoAction, onUpdate: NoAction)
  children      Passage[] @relation("tree")

  @@id([chunk, chunkSeq, embeddingUuid])
}
`,
    travellers: [{ model: 'passage', row: '{}', field: 'embedding', vectorizer: 'embeddings' }],
  },
  {
    kind: 'several vectorizers, on one field and on many, one above the model',
    schema: `/// @vectorizer(field: body, name: outline, dimensions: 64, model: "local/hash", chunking: none, distance: l2)
model Listing {
  id    Int    @id @default(autoincrement())
  /// @vectorizer(dimensions: 256, model: "local/hash")
  title String @db.VarChar(80)
  /// @vectorizer(dimensions: 256, model: "local/hash", chunking: character(size: 40, overlap: 0))
  /// @vectorizer(dimensions: 128, model: "local/hash", name: sketches, index: none, targetTable: "sketches")
  body  String @db.Char(20)
}
`,
    travellers: [
      { model: 'listing', row: '{}', field: 'title' },
      { model: 'listing', row: '{}', field: 'body' },
      { model: 'listing', row: '{}', field: 'body', vectorizer: 'outline' },
      { model: 'listing', row: '{}', field: 'body', vectorizer: 'sketches' },
    ],
  },
  {
    kind: 'names with spaces, an apostrophe, a backslash and what our own SQL is made with',
    schema: `model Quoted {
  id   Int    @id @default(autoincrement()) @map("a {{queue}}, $1")
  text String @map("the author's\\\\text of 100%") /// ${annotation}

  @@map("Author's $function$ %s, {{store}}, v1.0")
}
`,
    travellers: [{ model: 'quoted', row: '{}' }],
  },
  {
    kind: 'names of 63 bytes',
    schema: `model ${longest.replace('a_table', 'A_model')} {
  id   Int    @id @default(autoincrement()) @map("${longest.replace('table', 'idnum')}")
  text String @map("${longest.replace('table', 'texts')}") /// ${annotation}

  @@map("${longest}")
}

model Accented {
  id   Int    @id @default(autoincrement()) @map("${accented}")
  text String /// ${annotation}

  @@map("${accented}")
}
`,
    travellers: [
      { model: longest.replace('a_table', 'a_model'), row: '{}' },
      { model: 'accented', row: '{}' },
    ],
  },
  {
    kind: 'a tree of rows',
    schema: `model Comment {
  id       Int       @id @default(autoincrement())
  ${text}
  replyTo  Comment?  @relation("replies", fields: [replyId], references: [id], onDelete: Cascade)
  replyId  Int?
  replies  Comment[] @relation("replies")
  friends  Comment[] @relation("friends")
  friendOf Comment[] @relation("friends")
}
`,
    travellers: [{ model: 'comment', row: `{ replies: { create: [] } }` }],
  },
]

const kinds = [...keys, ...names]
const enums = 'enum Kind {\n  ESSAY @map("an essay")\n  NOTE\n\n  @@map("kinds of text")\n}\n'

describe('one application of every kind of key and name', () => {
  let database: TestDatabase
  let project: Project
  let travelled: Record<string, Travelled>

  beforeAll(async () => {
    database = await createDatabase()
    project = await createWrappedApplication(enums, database)
    await project.write('prisma/schema/keys.prisma', keys.map(({ schema }) => schema).join('\n'))
    await project.write('prisma/schema/deeper/names.prisma', names.map(({ schema }) => schema).join('\n'))
    await takeDocumentedSteps(project)
    travelled = await travel(
      project,
      kinds.flatMap((kind) => kind.travellers),
    )
  })
  afterAll(async () => {
    await project?.close()
    await database?.close()
  })

  const roads = kinds.flatMap(({ kind, travellers }) =>
    travellers.map(({ model: name, field = 'text', vectorizer = `${field}Embeddings` }) => [
      kind,
      `${name}.${vectorizer}`,
    ]),
  )

  test.each(roads)('%s: %s is queued, embedded, found, changed and deleted', (_, road) => {
    expect(travelled[road as string]).toEqual({
      queued: [1, 1, 0],
      found: ['a wooden boat', 'a stone house'].map((found) => expect.stringMatching(new RegExp(`^${found} *$`, 'u'))),
      left: 0,
    })
  })

  test('is in sync after it', async () => {
    expect((await project.prisma('migrate dev')).stdout).toContain(inSync['migrate dev'])
    await project.prisma('migrate diff --from-migrations prisma/migrations --to-schema prisma/schema --exit-code')
    expect((await project.prisma('db push')).stdout).toContain(inSync['db push'])
    const before = await project.read('prisma/schema/vectorizer.prisma')
    await project.prisma('format')
    expect(await project.read('prisma/schema/vectorizer.prisma')).toBe(before)
  })
})
