// `prisma-vectorizer adopt`: from a database that pgai has worked on to one of ours, with every vector as it was.
import { beforeAll, describe, expect, test } from 'vitest'
import { useAdoption } from './support/adoption.ts'
import { contentsOf } from './support/application.ts'
import { pgai, pulled, schema } from './support/pgai-blog.ts'
import { pgaiRemains } from './support/pgai-installation.ts'
import type { Project } from './support/project.ts'

describe('vectorizers of every kind in one schema', () => {
  const { start, sql, adopt, deploy, drain } = useAdoption()
  let project: Project

  /** Every vector that has a row, byte by byte, with the identity of its chunk. */
  const vectors = () =>
    sql(`SELECT 'posts' AS store, embedding_uuid::text AS row, encode(vector_send(embedding), 'hex') AS bytes FROM blog_posts_embedding_store WHERE id < 90
    UNION ALL SELECT 'large', embedding_uuid::text, encode(vector_send(embedding), 'hex') FROM posts_large
    UNION ALL SELECT 'authors', embedding_uuid::text, encode(vector_send(embedding), 'hex') FROM authors_embedding_store
    UNION ALL SELECT 'notes', embedding_uuid::text, encode(vector_send(embedding), 'hex') FROM "BlogNote_embedding_store"
    UNION ALL SELECT 'dc', id::text, encode(vector_send(emb), 'hex') FROM dc WHERE emb IS NOT NULL ORDER BY 1, 2`)
  let before: readonly unknown[]

  beforeAll(async () => {
    project = await start(schema, pgai)
    await project.write('prisma/schema.prisma', (await project.read('prisma/schema.prisma')) + pulled)
    before = await vectors()
  })

  test('shows the annotations and the SQL, and writes nothing', async () => {
    const files = await contentsOf(project, 'prisma')
    const { code, stdout } = await adopt()
    expect(code).toBe(0)
    expect(await contentsOf(project, 'prisma')).toEqual(files)
    expect(stdout).toMatch(/^prisma\/schema\.prisma:\d+, above BlogPost\.content:$/mu)
    expect(stdout).toMatch(/remove model blog_posts_embedding_store/u)
    expect(stdout).toMatch(/^prisma\/migrations\/\d{14}_adopt_blog_post_content\/migration\.sql:$/mu)
    expect(stdout).toContain('2 chunks without a row: deleted by the migration')
    expect(stdout).toContain('pgai reads the API key from OUR_KEY: give it to the worker as OPENAI_API_KEY.')
    expect(stdout).toContain('Set OPENAI_BASE_URL=http://proxy/v1')
    expect(stdout).toContain('TimescaleDB job')
    expect(stdout).toContain('The index "posts_hnsw" is replaced')
    expect(stdout).toContain('Nothing is written.')
  })

  test('refuses a name that pgai does not know', async () => {
    const { code, stderr } = await adopt('larg')
    expect(code).toBe(1)
    expect(stderr).toContain('VZ514 pgai has no vectorizer `larg`.')
    expect(stderr).toContain('Did you mean `large`?')
  })

  test('refuses a store with columns and indexes of the user', async () => {
    await sql('ALTER TABLE posts_large ADD COLUMN note text')
    const { stderr } = await adopt('2')
    expect(stderr).toContain(`VZ515 pgai's large: its store "public"."posts_large" has columns of your own: "note".`)
    expect(stderr).toContain('ALTER TABLE "public"."posts_large" DROP COLUMN "note"')
    await sql('ALTER TABLE posts_large DROP COLUMN note; CREATE INDEX own ON posts_large (chunk)')
    expect((await adopt('2')).stderr).toContain('has indexes of your own: "own"')
    await sql('DROP INDEX own')
  })

  test('writes the annotations, without the model of the store', async () => {
    const { code, stdout, stderr } = await adopt('--write')
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toContain('removed model blog_posts_embedding_store')
    const written = await project.read('prisma/schema.prisma')
    const annotations = written.match(/^ *\/\/\/ .*(?:\n *\/\/\/ .*)*\n *\w+/gmu)
    const own = annotations?.filter((text) => text.includes('@vectorizer'))
    expect(own?.map((text) => text.replace(/^ *\/\/\/ ?/gmu, ''))).toEqual([
      `@vectorizer(
  model: "openai/text-embedding-3-small",
  dimensions: 3,
  template: "$title: \\"$chunk\\"",
  batchSize: 20,
  concurrency: 2,
  distance: l2,
  index: hnsw(m: 8, efConstruction: 32),
  targetTable: "blog_posts_embedding_store",
)
@vectorizer(
  model: "ollama/nomic-embed-text",
  dimensions: 3,
  chunking: none,
  name: postsLarge,
  targetTable: "posts_large",
)
  content`,
      `@vectorizer(
  model: "voyage/voyage-3",
  dimensions: 3,
  chunking: character(size: 100, overlap: 20, separator: "\\n"),
)
  bio`,
      `@vectorizer(model: "litellm/bedrock/titan", dimensions: 3, distance: ip, index: hnsw(m: 8))
  noteText`,
      `@vectorizer(model: "openai/text-embedding-3-small", dimensions: 3, destination: column(emb))
  body`,
    ])
    expect(written).not.toContain('model blog_posts_embedding_store')
    expect((await project.list('prisma/migrations')).map((path) => path.split('/')[2]?.replace(/^\d+_/u, ''))).toEqual([
      'init',
      'vectorizer_extension',
      'adopt_blog_post_content',
      'adopt_blog_post_posts_large',
      'adopt_author_bio',
      'adopt_blog_note_note_text',
      'adopt_snippet_emb',
      'migration_lock.toml',
    ])
  })

  test('says that the migrations wait to be applied', async () => {
    const { code, stdout } = await adopt('--write')
    expect(code).toBe(0)
    expect(stdout).toContain('large has its migration already: apply it with `prisma migrate deploy`.')
    expect(stdout).not.toContain('wrote')
  })

  test('leaves Prisma nothing to do', deploy, 180_000)

  test('keeps every vector, and takes pgai away', async () => {
    expect(await vectors()).toEqual(before)
    expect(await sql('SELECT id FROM blog_posts_embedding_store WHERE id > 90')).toEqual([])
    expect(await sql(pgaiRemains)).toEqual([{ vectorizers: 0, triggers: 0, functions: 0, queues: 0, views: 0 }])
    expect(await sql('SELECT * FROM ai._dropped ORDER BY id')).toEqual(
      [1, 2, 3, 4, 5].map((number) => ({ id: number, drop_all: false })),
    )
    const indexes = await sql(`SELECT indexdef FROM pg_indexes WHERE indexdef LIKE '%hnsw%' ORDER BY indexname`)
    expect(indexes.map(({ indexdef }) => indexdef.replace(/^.* INDEX | ON .* USING /gu, ' ').trim())).toEqual([
      `"BlogNote_embedding_store_embedding_vector_idx" hnsw (((embedding)::halfvec(3)) halfvec_ip_ops) WITH (m='8', ef_construction='64')`,
      `authors_embedding_store_embedding_vector_idx hnsw (((embedding)::halfvec(3)) halfvec_cosine_ops) WITH (m='16', ef_construction='64')`,
      `blog_posts_embedding_store_embedding_vector_idx hnsw (((embedding)::halfvec(3)) halfvec_l2_ops) WITH (m='8', ef_construction='32')`,
      `dc_emb_vector_idx hnsw (((emb)::halfvec(3)) halfvec_cosine_ops) WITH (m='16', ef_construction='64')`,
      `posts_large_embedding_vector_idx hnsw (((embedding)::halfvec(3)) halfvec_cosine_ops) WITH (m='16', ef_construction='64')`,
    ])
  })

  test('queues what pgai had not embedded, and nothing else', async () => {
    const queue = (name: string) => sql(`SELECT * FROM vectorizer."${name}_queue" ORDER BY 1`)
    expect((await queue('blog_posts_embedding_store')).map(({ key_id }) => key_id)).toEqual([2, 3, 4, 6])
    expect(await queue('posts_large')).toEqual([])
    expect(await queue('authors_embedding_store')).toMatchObject([{ key_first_name: 'Kim', key_last_name: "O'Hara" }])
    expect(await queue('BlogNote_embedding_store')).toEqual([])
    expect(await queue('dc_emb')).toMatchObject([{ key_id: 2 }])
    expect(await sql('SELECT name FROM vectorizer.vectorizer WHERE paused')).toEqual([
      { name: 'BlogNote_embedding_store' },
    ])
  })

  test('then has the worker embed those, and rows that are new', async () => {
    const waiting = ['title 2: "text 2"', 'title 3: "text 3"', 'title 4: "text 4"', 'title 6: "text 6"']
    // 'Another bio' waits too, but the chunk that pgai stored for it still says the same.
    expect(await drain()).toEqual([...waiting, 'two'].sort())
    expect(await drain()).toEqual([])
    await sql(`INSERT INTO dc (id, body) VALUES (3, 'three'); UPDATE blog_posts SET content = 'new' WHERE id = 1;
      DELETE FROM blog_posts WHERE id = 5`)
    expect(await drain()).toEqual(['new', 'three', 'title 1: "new"'])
    expect(await sql('SELECT count(*)::int AS chunks FROM posts_large WHERE id = 5')).toEqual([{ chunks: 0 }])
  })

  test('finds nothing more to take over', async () => {
    const { code, stderr } = await adopt()
    expect(code).toBe(1)
    expect(stderr).toContain('VZ514 pgai is installed, and has no vectorizer.')
  })
})
