// Thousands of vectors in clusters, as embeddings are, the same ones every time, and posts that have them.
import type { AnySpec } from '@prisma-vectorizer/spec'
import { manifest } from '../fixture/manifest.ts'
import { type Fixture, fixtureSql, openFixture } from './clients.ts'

export interface Clustered {
  readonly cluster: number
  readonly vector: readonly number[]
}

export function clusteredVectors(count: number, dimensions: number, clusters: number, seed: number): Clustered[] {
  const centreOf = (cluster: number) => {
    const next = noise(cluster + 1)
    return Array.from({ length: dimensions }, next)
  }
  const centres = Array.from({ length: clusters }, (_, cluster) => centreOf(cluster))
  const next = noise(seed)
  return Array.from({ length: count }, (_, index) => {
    const cluster = index % clusters
    return { cluster, vector: (centres[cluster] ?? []).map((each) => Math.fround(each + 0.8 * next())) }
  })
}

function noise(seed: number): () => number {
  let state = Math.imul(seed, 2_654_435_761) | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 0xffffffff - 0.5
  }
}

/** A manifest whose posts have vectors of `changes`. */
export function manifestOfPosts(changes: Partial<Pick<AnySpec, 'dimensions' | 'type' | 'index'>>): typeof manifest {
  const [posts, ...others] = manifest.vectorizers
  return { ...manifest, vectorizers: [{ ...posts, ...changes }, ...others] } as unknown as typeof manifest
}

/** One post for each vector, numbered from 1, its cluster in `views`; `index` as SQL after `CREATE INDEX … ON …`. */
export async function openClustered(
  vectors: readonly Clustered[],
  { type = 'vector', index }: { readonly type?: 'vector' | 'halfvec'; readonly index: string },
): Promise<Fixture> {
  const dimensions = vectors[0]?.vector.length ?? 0
  const fixture = await openFixture('pg', await fixtureSql('tables'))
  const { prisma } = fixture
  await prisma.$executeRawUnsafe('DROP INDEX "BlogPost_embedding_store_embedding_vector_idx"')
  await prisma.$executeRawUnsafe(
    `ALTER TABLE "BlogPost_embedding_store" ALTER COLUMN "embedding" TYPE ${type}(${dimensions})`,
  )
  const clusters = vectors.map(({ cluster }) => cluster)
  await prisma.$executeRaw`INSERT INTO "BlogPost" ("id", "title", "content", "published", "views")
    SELECT n, 'post ' || n, '', n % 2 = 0, c FROM unnest(${clusters}::int[]) WITH ORDINALITY AS t (c, n)`
  const texts = vectors.map(({ vector }) => JSON.stringify(vector))
  await prisma.$executeRawUnsafe(
    `INSERT INTO "BlogPost_embedding_store" ("id", "chunk_seq", "chunk", "embedding")
      SELECT n, 0, 'chunk', v::${type} FROM unnest($1::text[]) WITH ORDINALITY AS t (v, n)`,
    texts,
  )
  await prisma.$executeRawUnsafe(`CREATE INDEX "by_vector" ON "BlogPost_embedding_store" ${index}`)
  await prisma.$executeRawUnsafe('ANALYZE')
  return fixture
}

/** Numbers of the posts nearest to `query` by cosine, nearest first. */
export function nearestPosts(
  vectors: readonly Clustered[],
  query: readonly number[],
  take: number,
  shows = (_: number) => true,
) {
  const length = Math.hypot(...query)
  const distance = (vector: readonly number[]) =>
    1 - vector.reduce((sum, each, place) => sum + each * (query[place] ?? 0), 0) / (length * Math.hypot(...vector))
  return vectors
    .map(({ vector }, index) => ({ id: index + 1, distance: distance(vector) }))
    .filter(({ id }) => shows(id))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, take)
}
