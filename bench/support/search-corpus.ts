// The database that searches are measured on: the example's tables, 25,000 posts with some 100,000 chunks × 768.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { copyRows } from './copy-rows.ts'
import { type CorpusChunk, corpus } from './vectors.ts'

export const dimensions = 768
const posts = Number(process.env['BENCH_POSTS'] ?? 25_000)

/** Prisma filters, by how many of the posts pass. The last one's posts are all about the same few topics. */
export const filters = {
  'no filter': undefined,
  'half of the posts': { published: true },
  '10 % of the posts': { authorId: 1 },
  '1 % of the posts': { authorId: 2 },
  '4 %, of a few topics': { authorId: 3 },
} as const

/** Migrates, fills and indexes the database. The index is built after the rows, with pgvector's own parameters. */
export async function loadCorpus(client: pg.Client): Promise<void> {
  const migrations = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))
  for (const folder of readdirSync(migrations)
    .filter((name) => /^\d/u.test(name))
    .toSorted()) {
    await client.query(readFileSync(`${migrations}/${folder}/migration.sql`, 'utf8'))
  }
  const index = 'BlogPost_embedding_store_embedding_vector_idx'
  await client.query(
    `drop index "${index}"; insert into "Author" (name) select 'author ' || i from generate_series(1, 50) i`,
  )
  await client.query(
    `insert into "BlogPost" (title, content, published, "authorId")
     select 'post ' || i, 'content of ' || i, i % 2 = 0,
       case when i % 10 = 3 then 1 when i % 100 = 7 then 2 else 4 + i % 40 end from generate_series(1, $1) i`,
    [posts],
  )
  const correlated = new Set<number>()
  function* rows() {
    for (const chunk of corpus(posts, dimensions)) {
      if (isOfFewTopics(chunk)) correlated.add(chunk.document)
      yield {
        id: chunk.document,
        chunkSeq: chunk.chunkSeq,
        chunk: `chunk of ${chunk.document}`,
        embedding: chunk.embedding,
      }
    }
  }
  await copyRows(client, 'BlogPost_embedding_store', rows())
  await client.query('update "BlogPost" set "authorId" = 3 where id = any($1)', [[...correlated]])
  await client.query(`create index on "BlogPost" ("authorId")`)
  await client.query(`set maintenance_work_mem = '2GB'`)
  await client.query(`create index "${index}" on "BlogPost_embedding_store"
    using hnsw ((embedding::halfvec(${dimensions})) halfvec_cosine_ops) with (m = 16, ef_construction = 64)`)
  await client.query('vacuum analyze')
}

const isOfFewTopics = ({ topic }: CorpusChunk) => topic >= 60 && topic < 80
