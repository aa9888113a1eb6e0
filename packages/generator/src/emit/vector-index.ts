// The vector index in a migration: its CREATE INDEX, or who will build it.
import { type AnySpec, createIndexSql, indexesBits, indexesHalfvec, minRowsOf } from '@prisma-vectorizer/spec'
import { renderSql } from '../sql/render.ts'

export { indexParameters } from '@prisma-vectorizer/spec'

/** Nothing for `index: none`. `maybe there`: a store that was kept has its index still. */
export function vectorIndex(spec: AnySpec, presence: 'new' | 'maybe there' = 'new'): readonly string[] {
  const minRows = minRowsOf(spec.index)
  return minRows === null ? builtIndex(spec, presence) : [builtLater(spec, minRows)]
}

/** The index itself, also where a migration leaves it to be built later. */
export function builtIndex(spec: AnySpec, presence: 'new' | 'maybe there' = 'new'): readonly string[] {
  const { index } = spec
  if (index.kind === 'none') return []
  return [
    ...(index.kind === 'diskann' ? [renderSql('diskann-extension')] : []),
    renderSql('vector-index', {
      comment: comment(spec),
      createIndex: createIndexSql(spec, { ifNotExists: presence === 'maybe there' }),
    }),
  ]
}

function builtLater(spec: AnySpec, minRows: number): string {
  const who = spec.kind === 'vectorizer' ? 'the worker or `prisma-vectorizer index`' : '`prisma-vectorizer index`'
  return `-- The vector index is built later, by ${who}, once there are ${minRows} vectors.`
}

function comment(spec: AnySpec): string {
  const seen = indexesBits(spec)
    ? 'One bit per dimension: 6 to 10 % of the size. What it finds is re-ranked by the vectors themselves. An expression\n-- index is invisible to Prisma Migrate.'
    : indexesHalfvec(spec)
      ? 'Half precision: half the size at the same recall. An expression index is invisible to Prisma Migrate.'
      : 'Over the column itself. The model declares it with @@index and its name, so that Prisma Migrate keeps it.'
  return spec.index.kind === 'ivfflat'
    ? `${seen}\n-- Its clusters are those of the vectors there are now: REINDEX it once most of them are.`
    : seen
}
