// The whole pipeline on files, as withVectorizer and the generator run it, without a Prisma process.
import { describe, expect, test } from 'vitest'
import { createFolder, datasource } from './support/folder.ts'
import { failureOf } from './support/schema.ts'

const generator = 'generator client {\n  provider = "prisma-client"\n  output   = "../client"\n}\n'
const annotation = '  /// @vectorizer(dimensions: 3)\n'
const post = `model Post {
  id   Int    @id
${annotation}  text String

  @@index([text])
}
`
const init = 'CREATE TABLE "Post" ("id" INTEGER NOT NULL, "text" TEXT NOT NULL);'
const folderSchema = { 'schema/schema.prisma': generator + datasource, 'schema/models/post.prisma': post }

describe('a schema folder', () => {
  test('gets vectorizer.prisma, the back relation, and the migrations once the source is in the history', () => {
    using folder = createFolder(folderSchema)
    expect(folder.synchronise('schema', new Date('2026-02-03T04:05:06Z'))).toEqual([
      '<folder>/schema/models/post.prisma',
      '<folder>/schema/vectorizer.prisma',
      '<folder> wrote'.replace('<folder> ', '') +
        ' <folder>/migrations/20260203040505_vectorizer_extension/migration.sql: creates the extension "vector"',
      'Post.text waits for a migration that creates "Post": run `prisma migrate dev`, then `prisma generate`, then `prisma migrate dev` again',
    ])
    expect(folder.read('schema/models/post.prisma')).toBe(
      post.replace('  text String\n', '  text String\n  textEmbeddings PostTextEmbeddings[]\n'),
    )
    expect(folder.read('migrations/migration_lock.toml')).toContain('provider = "postgresql"')

    folder.write('migrations/20260203040510_init/migration.sql', init)
    expect(folder.synchronise('schema', new Date('2026-02-03T04:05:06Z'))).toEqual([
      'wrote <folder>/migrations/20260203040511_vectorize_post_text/migration.sql: embeds Post.text into Post_embedding_store, existing rows included',
      'apply with `prisma migrate dev` (or `migrate deploy`)',
    ])
  })

  test('is left untouched when in step', () => {
    using folder = createFolder({ ...folderSchema, 'migrations/1_init/migration.sql': init })
    folder.synchronise('schema')
    folder.generate('schema')
    const before = folder.contents()
    const times = Object.keys(before).map(folder.modified)
    expect(folder.synchronise('schema')).toEqual([])
    expect(folder.generate('schema')).toEqual([])
    expect(folder.contents()).toEqual(before)
    expect(Object.keys(before).map(folder.modified)).toEqual(times)
  })

  test('loses what was derived when the annotation goes, and nothing else', () => {
    using folder = createFolder({ ...folderSchema, 'migrations/20260101000000_init/migration.sql': init })
    folder.synchronise('schema', new Date('2026-02-03T04:05:06Z'))
    folder.write('schema/models/post.prisma', folder.read('schema/models/post.prisma').replace(annotation, ''))
    expect(folder.synchronise('schema', new Date('2026-02-03T05:00:00Z'))).toEqual([
      '<folder>/schema/models/post.prisma',
      '<folder>/schema/vectorizer.prisma',
      'wrote <folder>/migrations/20260203045959_unvectorize_post_text/migration.sql: removes triggers and queue of Post.text; Prisma drops the store itself',
      'apply with `prisma migrate dev` (or `migrate deploy`)',
    ])
    expect(folder.read('schema/models/post.prisma')).toBe(post.replace(annotation, ''))
    expect(Object.keys(folder.contents())).not.toContain('schema/vectorizer.prisma')
    expect(folder.synchronise('schema')).toEqual([])
  })
})

describe('a single file', () => {
  const single = `${generator}${datasource}\n${post}`

  test('gets a marked block at its end', () => {
    using folder = createFolder({ 'schema/schema.prisma': single })
    folder.synchronise('schema/schema.prisma')
    expect(folder.read('schema/schema.prisma')).toMatchInlineSnapshot(`
      "generator client {
        provider = "prisma-client"
        output   = "../client"
      }
      datasource db {
        provider = "postgresql"
      }

      model Post {
        id   Int    @id
        /// @vectorizer(dimensions: 3)
        text String
        textEmbeddings PostTextEmbeddings[]

        @@index([text])
      }

      // prisma-vectorizer: derived models. Change the annotations above, not these lines.

      /// Embeddings of Post.text, one row per chunk, kept in step by the worker.
      model PostTextEmbeddings {
        embeddingUuid String                   @id @default(dbgenerated("gen_random_uuid()")) @map("embedding_uuid") @db.Uuid
        id            Int
        chunkSeq      Int                      @map("chunk_seq")
        chunk         String
        embedding     Unsupported("vector(3)")
        parent        Post                     @relation(fields: [id], references: [id], onDelete: Cascade, onUpdate: Cascade)

        @@unique([id, chunkSeq])
        @@map("Post_embedding_store")
      }

      // prisma-vectorizer: end
      "
    `)
    const text = folder.read('schema/schema.prisma')
    folder.synchronise('schema/schema.prisma')
    expect(folder.read('schema/schema.prisma')).toBe(text)
  })

  test('keeps text that was added behind the block, in front of it', () => {
    using folder = createFolder({ 'schema/schema.prisma': single })
    folder.synchronise('schema/schema.prisma')
    const block = folder
      .read('schema/schema.prisma')
      .slice(folder.read('schema/schema.prisma').indexOf('// prisma-vec'))
    folder.write('schema/schema.prisma', `${folder.read('schema/schema.prisma')}\nmodel Later {\n  id Int @id\n}\n`)
    folder.synchronise('schema/schema.prisma')
    expect(folder.read('schema/schema.prisma')).toMatch(
      /model Later \{\n {2}id Int @id\n\}\n\n\/\/ prisma-vectorizer: derived/u,
    )
    expect(folder.read('schema/schema.prisma').endsWith(block)).toBe(true)
  })

  test('loses the block when the annotation goes, and is as it was', () => {
    using folder = createFolder({ 'schema/schema.prisma': single })
    folder.synchronise('schema/schema.prisma')
    folder.write('schema/schema.prisma', folder.read('schema/schema.prisma').replace(annotation, ''))
    folder.synchronise('schema/schema.prisma')
    expect(folder.read('schema/schema.prisma')).toBe(single.replace(annotation, ''))
  })

  test('with CRLF line ends has them in the lines that are added', () => {
    using folder = createFolder({ 'schema/schema.prisma': single.replaceAll('\n', '\r\n') })
    folder.synchronise('schema/schema.prisma')
    const text = folder.read('schema/schema.prisma')
    expect(text.match(/(?<!\r)\n/gu)).toBeNull()
    expect(text).toContain('\r\n  textEmbeddings PostTextEmbeddings[]\r\n')
    folder.synchronise('schema/schema.prisma')
    expect(folder.read('schema/schema.prisma')).toBe(text)
  })

  test('without annotations is never touched, and no migration is written', () => {
    using folder = createFolder({ 'schema/schema.prisma': `${single.replace(annotation, '')}\n\n\n` })
    const before = folder.contents()
    expect(folder.synchronise('schema/schema.prisma')).toEqual([])
    expect(folder.contents()).toEqual(before)
  })
})

describe('the generator alone', () => {
  test('says to run it again when it wrote the schema, and then is in step', () => {
    using folder = createFolder(folderSchema)
    expect(folder.generate('schema')).toEqual([
      'wrote <folder>/schema/models/post.prisma',
      'wrote <folder>/schema/vectorizer.prisma',
      'run `prisma generate` once more, so that Prisma Client knows the derived models',
      expect.stringMatching(/^wrote <folder>\/migrations\/\d{14}_vectorizer_extension\/migration.sql: /u),
      expect.stringMatching(/^Post\.text waits for /u),
    ])
    expect(folder.generate('schema')).toEqual([expect.stringMatching(/^Post\.text waits for /u)])
    expect(folder.read('generated/index.ts')).toContain('"name": "Post_embedding_store"')
  })

  test('writes an empty manifest without annotations, so that imports of it still resolve', () => {
    using folder = createFolder({ 'schema/schema.prisma': generator + datasource + post.replace(annotation, '') })
    expect(folder.generate('schema')).toEqual([])
    expect(folder.read('generated/index.ts')).toContain('"vectorizers": []')
  })
})

test('an error leaves every file as it was', () => {
  using folder = createFolder({ ...folderSchema, 'migrations/20260101000000_init/migration.sql': init })
  folder.synchronise('schema')
  const table = '  @@index([text])\n  @@map("posts")\n'
  folder.write(
    'schema/models/post.prisma',
    folder.read('schema/models/post.prisma').replace('  @@index([text])\n', table),
  )
  const before = folder.contents()
  expect(failureOf(() => folder.synchronise('schema')).code).toBe('VZ201')
  expect(failureOf(() => folder.generate('schema')).code).toBe('VZ201')
  folder.write('schema/models/post.prisma', post.replace('dimensions: 3', 'dimension: 3'))
  const edited = folder.contents()
  expect(failureOf(() => folder.synchronise('schema')).code).toBe('VZ102')
  expect(folder.contents()).toEqual(edited)
  expect({ ...edited, 'schema/models/post.prisma': '' }).toEqual({ ...before, 'schema/models/post.prisma': '' })
})

describe('back relations', () => {
  const relationsIn = (model: string) => {
    using folder = createFolder({ 'schema/schema.prisma': datasource + model })
    folder.synchronise('schema')
    return folder.read('schema/schema.prisma').slice(datasource.length)
  }

  test('that the user wrote are left as they are', () => {
    const own = post.replace('  text String\n', '  text String\n  textEmbeddings   PostTextEmbeddings[] // mine\n')
    expect(relationsIn(own)).toBe(own)
  })

  test('go behind the last field, indented like it, one per vectorizer', () => {
    expect(
      relationsIn(
        'model Post {\n\tid Int @id\n\ta String /// @vectorizer(dimensions: 3)\n\tb String /// @vectorizer(dimensions: 3)\n\n\t@@map("p")\n}\n',
      ),
    ).toBe(
      'model Post {\n\tid Int @id\n\ta String /// @vectorizer(dimensions: 3)\n\tb String /// @vectorizer(dimensions: 3)\n\taEmbeddings PostAEmbeddings[]\n\tbEmbeddings PostBEmbeddings[]\n\n\t@@map("p")\n}\n',
    )
  })

  test('go to their own models, wherever in the file those are', () => {
    const model = (name: string) => `model ${name} {\n  id Int @id\n  text String /// @vectorizer(dimensions: 3)\n}\n`
    expect(relationsIn(`${model('A')}\n${model('B')}`)).toBe(
      `${model('A').replace('\n}', '\n  textEmbeddings ATextEmbeddings[]\n}')}\n${model('B').replace('\n}', '\n  textEmbeddings BTextEmbeddings[]\n}')}`,
    )
  })

  test('are renamed with `name:`', () => {
    using folder = createFolder({ 'schema/schema.prisma': datasource + post })
    folder.synchronise('schema')
    folder.write(
      'schema/schema.prisma',
      folder.read('schema/schema.prisma').replace('dimensions: 3', 'dimensions: 3, name: vectors'),
    )
    folder.synchronise('schema')
    expect(folder.read('schema/schema.prisma')).toContain('  text String\n  vectors PostVectors[]\n\n')
    expect(folder.read('schema/schema.prisma')).not.toContain('PostTextEmbeddings')
  })
})
