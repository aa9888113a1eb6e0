// `prisma-vectorizer adopt` where source and store are in Postgres schemas of their own. On PostgreSQL: of a shadow database
// that it is given, as on PGlite, our stand-in for Prisma's engine empties `public` only.
import { beforeAll, describe, expect, test } from 'vitest'
import { useAdoption } from './support/adoption.ts'
import { pgaiInstallation, pgaiRemains, pgaiVectorizer } from './support/pgai-installation.ts'
import type { Project } from './support/project.ts'

describe('tables in several schemas, with a view and an index that are kept', () => {
  const { start, sql, adopt, deploy, drain } = useAdoption()
  let project: Project

  beforeAll(async () => {
    project = await start(
      `datasource db {
  provider = "postgresql"
  schemas  = ["blog", "store"]
}

model Article {
  slug String  @id @db.VarChar(20)
  /// The text.
  text String?

  @@map("articles")
  @@schema("blog")
}

model Page {
  id   Int    @id
  text String

  @@schema("store")
}
`,
      [
        pgaiInstallation(),
        pgaiVectorizer({
          id: 7,
          name: 'articles',
          source: { schema: 'blog', table: 'articles' },
          key: [{ name: 'slug', type: 'character varying(20)', part: 1 }],
          column: 'text',
          destination: { schema: 'store', table: 'article_chunks', view: 'article_embedding' },
        }),
        `INSERT INTO blog.articles VALUES ('a', 'A text'), ('b', NULL);
        INSERT INTO store.article_chunks (slug, chunk_seq, chunk, embedding) VALUES ('a', 0, 'A text', '[1,2,3]');
        CREATE INDEX first ON store.article_chunks USING hnsw (embedding vector_ip_ops);
        CREATE INDEX second ON store.article_chunks USING hnsw (embedding vector_cosine_ops);
        TRUNCATE ai._vectorizer_q_7;`,
      ].join('\n'),
    )
  })
  const indexes = () =>
    sql(`SELECT relname, relfilenode FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid JOIN pg_am ON pg_am.oid = relam
      WHERE indrelid = 'store.article_chunks'::regclass AND amname = 'hnsw' ORDER BY relname`)

  test('becomes ours, with the same index and view', async () => {
    const [first] = await indexes()
    const { code, stderr } = await adopt('articles', '--write', '--keep-views', '--keep-index')
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(await project.read('prisma/schema.prisma')).toContain(`  /// The text.
  /// @vectorizer(
  ///   model: "openai/text-embedding-3-small",
  ///   dimensions: 3,
  ///   distance: ip,
  ///   index: hnsw(halfvec: false),
  ///   targetTable: "article_chunks",
  ///   targetSchema: "store",
  ///   view: "article_embedding",
  /// )
  text String?`)
    await deploy()
    expect(await indexes()).toEqual([
      { relname: 'article_chunks_embedding_vector_idx', relfilenode: first?.relfilenode },
    ])
    expect(await sql('SELECT slug, chunk FROM store.article_embedding')).toEqual([{ slug: 'a', chunk: 'A text' }])
    expect(await drain()).toEqual([])
    expect(await sql(pgaiRemains)).toMatchObject([{ vectorizers: 0, triggers: 0, functions: 0, queues: 0 }])
  }, 180_000)
})
