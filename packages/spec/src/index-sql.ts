// The vector index as SQL: the one place that says it, for migrations and for whoever builds an index later.
import { type IndexSpec, indexedExpression, operatorClass } from './index-spec.ts'
import { objectNames, vectorColumn } from './names.ts'
import { quoteIdentifier, quoteTable } from './sql-text.ts'
import type { AnySpec } from './vectorizer-spec.ts'

export interface CreateIndexOptions {
  /** Without blocking writes, and outside of a transaction. Default false. */
  readonly concurrently?: boolean
  /** Default false. */
  readonly ifNotExists?: boolean
  /** Not quoted. Default: the one of `objectNames`. */
  readonly name?: string
  /** The quoted table. Default: the spec's, where the search path finds it. */
  readonly table?: string
}

/**
 * The statement, without a semicolon:
 * `CREATE INDEX "…_vector_idx" ON "…" USING hnsw (("embedding"::halfvec(768)) halfvec_cosine_ops) WITH (m = 16, ef_construction = 64)`.
 * The extension's schema must be on the search path. `spec.index.kind` must not be `none`.
 */
export function createIndexSql(spec: AnySpec, options: CreateIndexOptions = {}): string {
  const { name = objectNames(spec).vectorIndex, table = quoteTable(spec.store) } = options
  const column = quoteIdentifier(vectorColumn(spec.store))
  const expression = indexedExpression(spec, column)
  const indexed = expression === column ? column : `(${expression})`
  return [
    `CREATE INDEX${options.concurrently ? ' CONCURRENTLY' : ''}${options.ifNotExists ? ' IF NOT EXISTS' : ''}`,
    quoteIdentifier(name),
    `ON ${table} USING ${spec.index.kind} (${indexed} ${operatorClass(spec)})${withClause(indexParameters(spec.index))}`,
  ].join(' ')
}

/** Storage parameters by PostgreSQL's names; null: the default of the access method. */
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
