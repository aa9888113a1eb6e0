// The parent's key, and how the store repeats it.
import { describe, expect, test } from 'vitest'
import { specOf } from './support/schema.ts'

describe('keys', () => {
  const keyOf = (model: string) =>
    specOf(model).source.key.map(({ field, sqlType, storeField, storeColumn }) => [
      field,
      sqlType,
      storeField,
      storeColumn,
    ])

  test('composite keys keep the order of @@id', () => {
    expect(
      keyOf(`model Section {
  number   Int    @map("section_no")
  tenantId String @db.Uuid
  text     String /// @vectorizer(dimensions: 3)

  @@id([tenantId, number])
}
`),
    ).toEqual([
      ['tenantId', 'UUID', 'tenantId', 'tenantId'],
      ['number', 'INTEGER', 'number', 'section_no'],
    ])
  })

  test.each([
    ['String', '', 'TEXT'],
    ['String', '@db.VarChar(40)', 'VARCHAR(40)'],
    ['String', '@db.Char(8)', 'CHAR(8)'],
    ['String', '@db.Uuid', 'UUID'],
    ['Int', '', 'INTEGER'],
    ['Int', '@db.SmallInt', 'SMALLINT'],
    ['BigInt', '', 'BIGINT'],
    ['Boolean', '', 'BOOLEAN'],
    ['Decimal', '', 'DECIMAL(65,30)'],
    ['Decimal', '@db.Decimal(20, 4)', 'DECIMAL(20,4)'],
    ['Float', '', 'DOUBLE PRECISION'],
    ['Float', '@db.Real', 'REAL'],
    ['DateTime', '', 'TIMESTAMP(3)'],
    ['DateTime', '@db.Timestamptz(6)', 'TIMESTAMPTZ(6)'],
    ['DateTime', '@db.Date', 'DATE'],
    ['Bytes', '', 'BYTEA'],
  ])('a key of type %s %s is %s', (type, native, sqlType) => {
    expect(keyOf(`model A {\n  id ${type} @id ${native}\n  text String /// @vectorizer(dimensions: 3)\n}\n`)).toEqual([
      ['id', sqlType, 'id', 'id'],
    ])
  })

  test('an enum is named as in the database, and with its schema where there are several', () => {
    const model = (attribute: string) => `model A {
  kind Kind
  id   Int
  text String /// @vectorizer(dimensions: 3)

  @@id([kind, id])
  ${attribute}
}

enum Kind {
  ESSAY

  @@map("post kind")
  ${attribute.replace('app', 'types')}
}
`
    expect(keyOf(model(''))[0]).toEqual(['kind', '"post kind"', 'kind', 'kind'])
    const several = `${model('@@schema("app")')}\ndatasource db {\n  provider = "postgresql"\n  schemas = ["app", "types"]\n}\n`
    expect(keyOf(several)[0]).toEqual(['kind', '"types"."post kind"', 'kind', 'kind'])
  })

  test('names that the store needs itself get a prefix, field and column each by themselves', () => {
    expect(
      keyOf(`model A {
  chunk     Int
  embedding Int    @map("vec")
  parent    Int
  part      Int    @map("chunk_seq")
  chunkSeq  Int    @map("seq")
  text      String /// @vectorizer(dimensions: 3)

  @@id([chunk, embedding, parent, part, chunkSeq])
}
`),
    ).toEqual([
      ['chunk', 'INTEGER', 'parentChunk', 'parent_chunk'],
      ['embedding', 'INTEGER', 'parentEmbedding', 'vec'],
      ['parent', 'INTEGER', 'parentParent', 'parent_parent'],
      ['part', 'INTEGER', 'part', 'parent_chunk_seq'],
      ['chunkSeq', 'INTEGER', 'parentChunkSeq', 'seq'],
    ])
  })

  test('a name with the prefix that is taken itself gets another', () => {
    expect(
      keyOf(`model A {
  chunk       Int
  parentChunk Int    @map("parent_chunk")
  text        String /// @vectorizer(dimensions: 3)

  @@id([chunk, parentChunk])
}
`),
    ).toEqual([
      ['chunk', 'INTEGER', 'parentParentChunk', 'parent_parent_chunk'],
      ['parentChunk', 'INTEGER', 'parentChunk', 'parent_chunk'],
    ])
  })

  test('the relation’s field is a name that the store needs', () => {
    const model = (relation: string) => `model A {
  post   Int
  parent Int
  text   String /// @vectorizer(dimensions: 3${relation})

  @@id([post, parent])
}
`
    const names = (relation: string) => keyOf(model(relation)).map(([, , field, column]) => [field, column])
    expect(names('')).toEqual([
      ['post', 'post'],
      ['parentParent', 'parent_parent'],
    ])
    expect(names(', relation: relation(parent: post)')).toEqual([
      ['parentPost', 'parent_post'],
      ['parent', 'parent'],
    ])
  })

  test('are left alone where there is no store', () => {
    expect(
      keyOf('model A {\n  chunk Int @id\n  text String /// @vectorizer(dimensions: 3, destination: column(v))\n}\n'),
    ).toEqual([['chunk', 'INTEGER', 'chunk', 'chunk']])
  })
})
