// A schema, and what pgai has made of it: five vectorizers of different kinds, with their rows.
import { pgaiInstallation, pgaiVectorizer } from './pgai-installation.ts'

/** Keys of one and of several parts, names of Prisma's own and mapped ones. */
export const schema = `model BlogPost {
  id       Int     @id @default(autoincrement())
  title    String
  // What is read.
  content  String
  metadata Json?

  @@map("blog_posts")
}

model Author {
  lastName  String @map("last_name") @db.VarChar(40)
  tenant    String @db.Uuid
  firstName String @map("first_name")
  bio       String

  @@id([tenant, firstName, lastName])
  @@map("authors")
}

model BlogNote {
  id       BigInt @id
  noteText String
}

model Snippet {
  id   Int    @id
  body String

  @@map("dc")
}
`
/** As `prisma db pull` writes the store of `blog_posts`. */
export const pulled = `
/// This model was pulled.
model blog_posts_embedding_store {
  embedding_uuid String @id @default(dbgenerated("gen_random_uuid()")) @db.Uuid
  id             Int
  chunk_seq      Int
  chunk          String
  embedding      Unsupported("vector")

  @@unique([id, chunk_seq])
}
`
const tenant = '00000000-0000-0000-0000-000000000001'
const posts = { schema: 'public', table: 'blog_posts' }
const id = [{ name: 'id', type: 'integer', part: 1 }]
/** Two vectorizers of one column, one into a column, custom settings, an index; rows that wait, chunks without a row. */
export const pgai = [
  pgaiInstallation({ dropFunction: true }),
  pgaiVectorizer({
    id: 1,
    name: 'public_blog_posts_embedding_store',
    source: posts,
    key: id,
    column: 'content',
    others: ['title', 'metadata'],
    config: {
      formatting: { template: '$title: "$chunk"' },
      scheduling: { implementation: 'timescaledb', schedule_interval: '00:05:00' },
      embedding: { api_key_name: 'OUR_KEY', base_url: 'http://proxy/v1' },
      processing: { batch_size: 20, concurrency: 2 },
    },
  }),
  pgaiVectorizer({
    id: 2,
    name: 'large',
    source: posts,
    key: id,
    column: 'content',
    destination: { table: 'posts_large', view: 'large_embedding' },
    config: {
      chunking: { implementation: 'none' },
      embedding: { implementation: 'ollama', model: 'nomic-embed-text' },
    },
  }),
  pgaiVectorizer({
    id: 3,
    name: 'public_authors_embedding_store',
    source: { schema: 'public', table: 'authors' },
    key: [
      { name: 'last_name', type: 'character varying(40)', part: 3 },
      { name: 'tenant', type: 'uuid', part: 1 },
      { name: 'first_name', type: 'text', part: 2 },
    ],
    column: 'bio',
    config: {
      chunking: { implementation: 'character_text_splitter', chunk_size: 100, chunk_overlap: 20, separator: '\n' },
      embedding: {
        implementation: 'voyageai',
        model: 'voyage-3',
        input_type: 'document',
        api_key_name: 'VOYAGE_API_KEY',
      },
    },
  }),
  pgaiVectorizer({
    id: 4,
    name: 'notes',
    source: { schema: 'public', table: 'BlogNote' },
    key: [{ name: 'id', type: 'bigint', part: 1 }],
    column: 'noteText',
    config: {
      indexing: { implementation: 'hnsw', opclass: 'vector_ip_ops', m: 8, min_rows: 100000 },
      embedding: { implementation: 'litellm', model: 'bedrock/titan', api_key_name: 'AWS' },
    },
  }),
  pgaiVectorizer({
    id: 5,
    name: 'public_dc_emb',
    source: { schema: 'public', table: 'dc' },
    key: id,
    column: 'body',
    destination: { column: 'emb' },
  }),
  `INSERT INTO blog_posts (title, content) SELECT 'title ' || n, 'text ' || n FROM generate_series(1, 6) AS n;
    INSERT INTO blog_posts (title, content) VALUES ('blank', E' \\n ');
    INSERT INTO blog_posts_embedding_store (id, chunk_seq, chunk, embedding)
      SELECT n, seq, 'chunk', ('[' || n / 7.0 || ',' || seq || ',0.1]')::vector FROM unnest(ARRAY[1, 2, 3, 5, 99]) AS n, generate_series(0, 1) AS seq;
    CREATE INDEX posts_hnsw ON blog_posts_embedding_store USING hnsw (embedding vector_l2_ops) WITH (m = 8, ef_construction = 32);
    INSERT INTO posts_large (id, chunk_seq, chunk, embedding) SELECT n, 0, 'text ' || n, '[3,2,1]' FROM generate_series(1, 6) AS n;
    INSERT INTO authors VALUES ('Lovelace', '${tenant}', 'Ada', 'A bio'), ('O''Hara', '${tenant}', 'Kim', 'Another bio');
    INSERT INTO authors_embedding_store (tenant, first_name, last_name, chunk_seq, chunk, embedding)
      SELECT tenant, first_name, last_name, 0, bio, '[0.1,0.2,0.3]' FROM authors;
    INSERT INTO "BlogNote" VALUES (1, 'a note');
    INSERT INTO "BlogNote_embedding_store" (id, chunk_seq, chunk, embedding) VALUES (1, 0, 'a note', '[1,2,3]');
    INSERT INTO dc (id, body, emb) VALUES (1, 'one', '[1,2,3]'), (2, 'two', NULL);
    TRUNCATE ai._vectorizer_q_1, ai._vectorizer_q_2, ai._vectorizer_q_3, ai._vectorizer_q_4, ai._vectorizer_q_5;
    -- One waits twice, one is given up, one is gone meanwhile; 4 and 6 have no embedding at all.
    INSERT INTO ai._vectorizer_q_1 (id) VALUES (2), (2), (98);
    INSERT INTO ai._vectorizer_q_failed_1 (id) VALUES (3);
    INSERT INTO ai._vectorizer_q_3 (tenant, first_name, last_name) VALUES ('${tenant}', 'Kim', 'O''Hara');
    UPDATE ai.vectorizer SET disabled = true WHERE id = 4;`,
].join('\n')
