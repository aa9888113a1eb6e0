// The vectors of a call's queries: given, embedded, or those of a row. Made once, and not before they are needed.
import type { Embedder, VectorizerSpec } from '@prisma-vectorizer/spec'
import type { AskedSearch } from '../find-similar/find-similar.ts'
import type { ModelConnection } from '../prisma/connection.ts'
import type { RowKey } from '../scope/row-key.ts'
import type { createQueryTexts } from './query-texts.ts'
import { denseQuery, type QueryValue } from './query-vector.ts'
import { rowQuery } from './row-query.ts'

export interface ResolvedQuery {
  readonly vector: QueryValue
  /** The row that is left out: the one the query is like. */
  readonly except: RowKey | undefined
}

/** Does nothing until called, so that no provider is paid for a search that cannot run; then once. */
export type ResolveQueries = () => Promise<readonly ResolvedQuery[]>

/** What of a call decides about the vectors of its queries. */
export type AskedQueries = Pick<AskedSearch, 'name' | 'connection' | 'queries'> & {
  readonly options: Pick<AskedSearch['options'], 'search' | 'signal'>
}

export interface QueryVectors {
  of(asked: AskedQueries): ResolveQueries
}

export type EmbedderOf = (spec: VectorizerSpec, where: string, connection: ModelConnection) => Promise<Embedder>

export function createQueryVectors(
  embedTexts: ReturnType<typeof createQueryTexts>,
  embedderOf: EmbedderOf,
): QueryVectors {
  async function resolve({ queries, options, name, connection }: AskedQueries): Promise<ResolvedQuery[]> {
    const { search, signal } = options
    // Before the rows that queries are like are read, too.
    signal?.throwIfAborted()
    const texts = queries.flatMap((query) => (query.kind === 'text' ? [query.text] : []))
    const spec = search.spec as VectorizerSpec
    const embedded = texts.length
      ? await embedTexts({ spec, texts, where: name, signal }, () => embedderOf(spec, name, connection))
      : []
    const vectors = embedded.map((vector) => denseQuery(vector, spec, name))
    let next = 0
    const resolved: ResolvedQuery[] = []
    for (const query of queries) {
      if (query.kind === 'text') resolved.push({ vector: vectors[next++] as QueryValue, except: undefined })
      else if (query.kind === 'vector') resolved.push({ vector: query.value, except: undefined })
      else {
        const { key, vector } = await rowQuery(connection, search, query.to, name)
        resolved.push({ vector, except: key })
      }
    }
    return resolved
  }

  return {
    of(asked) {
      let resolved: Promise<ResolvedQuery[]> | undefined
      return () => {
        resolved ??= resolve(asked)
        return resolved
      }
    },
  }
}
