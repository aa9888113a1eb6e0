// The CREATE INDEX of each access method.
import { type AnySpec, type IndexSpec, indexesBits, indexesHalfvec } from '@prisma-vectorizer/spec'
import { renderSql } from '../sql/render.ts'
import { vectorNames } from './sql-names.ts'

/** Nothing for `index: none`. `maybe there`: a store that was kept has its index still. */
export function vectorIndex(spec: AnySpec, presence: 'new' | 'maybe there' = 'new'): readonly string[] {
  const { index } = spec
  if (index.kind === 'none') return []
  return [
    ...(index.kind === 'diskann' ? [renderSql('diskann-extension')] : []),
    renderSql('vector-index', {
      ...vectorNames(spec),
      ifNotExists: presence === 'new' ? '' : ' IF NOT EXISTS',
      comment: comment(spec),
      method: index.kind,
      parameters: withClause(indexParameters(index)),
    }),
  ]
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

/** Storage parameters as the migrations set them; null: the default. */
export function indexParameters(index: IndexSpec): Readonly<Record<string, number | string | null>> {
  switch (index.kind) {
    case 'hnsw':
      return { m: index.m, ef_construction: index.efConstruction }
    case 'ivfflat':
      return { lists: index.lists }
    case 'diskann':
      return {
        storage_layout: index.storageLayout,
        num_neighbors: index.numNeighbors,
        search_list_size: index.searchListSize,
        max_alpha: index.maxAlpha,
        num_dimensions: index.numDimensions,
        num_bits_per_dimension: index.numBitsPerDimension,
      }
    case 'none':
      return {}
  }
}

function withClause(values: Readonly<Record<string, number | string | null>>): string {
  const set = Object.entries(values).filter(([, value]) => value !== null)
  return set.length === 0 ? '' : ` WITH (${set.map(([name, value]) => `${name} = ${value}`).join(', ')})`
}
