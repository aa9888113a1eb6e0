// store = f(source), exactly: keys, order, texts, vectors; nothing missing, nothing left over.
import type { VectorizerSpec } from '@prisma-vectorizer/spec'
import type pg from 'pg'
import type { Expected, ExpectedRows } from './expected.ts'
import { noteBody, postContent, postSummary } from './tables.ts'
import { poison } from './texts.ts'
import { vectorText } from './vector.ts'

interface Stored {
  readonly key: string
  readonly sequence: number
  readonly chunk: string
  readonly vector: string
}

export interface Comparison {
  readonly rows: number
  readonly chunks: number
  readonly differences: readonly string[]
}

/** `summaries`: every summary that was ever written. */
export async function compareStores(
  client: pg.Client,
  expected: ReadonlyMap<VectorizerSpec, ExpectedRows>,
  summaries: ReadonlySet<string>,
): Promise<Comparison> {
  const differences: string[] = []
  let chunks = 0
  let rows = 0
  for (const spec of [postContent, noteBody]) {
    const rowsOf = expected.get(spec) ?? new Map<string, Expected>()
    const stored = await readStore(client, spec)
    chunks += [...stored.values()].flat().length
    rows += rowsOf.size
    for (const row of rowsOf.values()) {
      const found = stored.get(row.key) ?? []
      const why = row.refused ? inconsistency(found) : difference(row.chunks, found)
      if (why) differences.push(`${spec.store.table} ${row.key}: ${why}`)
    }
    for (const [key, found] of stored) {
      if (!rowsOf.has(key)) differences.push(`${spec.store.table} ${key}: ${found.length} chunks of no row`)
    }
  }
  const known = new Set([...summaries].map(vectorText))
  const { rows: vectors } = await client.query<{ id: string; vector: string | null }>(
    'select id::text, "summaryEmbedding"::text as vector from "BlogPost"',
  )
  for (const { id, vector } of vectors) {
    const key = JSON.stringify([id])
    const row = expected.get(postSummary)?.get(key)
    const wanted = row?.chunks[0] === undefined ? null : vectorText(row.chunks[0])
    // As below: a row that is refused keeps the vector of a summary that it, or its key, had.
    const right = row?.refused ? vector === null || known.has(vector) : vector === wanted
    if (!right) differences.push(`BlogPost.summaryEmbedding ${key}: ${vector} instead of ${wanted}`)
  }
  return { rows, chunks, differences }
}

async function readStore(client: pg.Client, spec: VectorizerSpec): Promise<ReadonlyMap<string, readonly Stored[]>> {
  const key = spec.source.key.map(({ storeColumn }) => `"${storeColumn}"::text`)
  const { rows } = await client.query<Stored & { readonly key: unknown }>(
    `select jsonb_build_array(${key.join(', ')}) as key, chunk_seq as sequence, chunk, embedding::text as vector
     from "${spec.store.table}" order by chunk_seq`,
  )
  const stored = new Map<string, Stored[]>()
  for (const row of rows) {
    const name = JSON.stringify(row.key)
    const chunk = { ...row, key: name }
    if (!stored.get(name)?.push(chunk)) stored.set(name, [chunk])
  }
  return stored
}

function difference(chunks: readonly string[], stored: readonly Stored[]): string | undefined {
  if (stored.length !== chunks.length) return `${stored.length} chunks instead of ${chunks.length}`
  for (const [place, chunk] of chunks.entries()) {
    const found = stored[place]
    if (found?.sequence !== place) return `chunk ${found?.sequence} stands in place ${place}`
    if (found.chunk !== chunk) return `chunk ${place} is ${quoted(found.chunk)} instead of ${quoted(chunk)}`
    if (found.vector !== vectorText(chunk)) return `chunk ${place}, ${quoted(chunk)}, has the vector of another text`
  }
  return undefined
}

/**
 * A row that the provider refuses keeps what it had: search goes on finding the last text that could be embedded, until
 * the row can be again. That may be none. It must be whole, and it cannot be what was refused.
 */
function inconsistency(stored: readonly Stored[]): string | undefined {
  if (stored.some(({ chunk }) => chunk.includes(poison))) return 'a chunk that the provider refuses is stored'
  return difference(
    stored.map(({ chunk }) => chunk),
    stored,
  )
}

const quoted = (chunk: string): string => JSON.stringify(chunk.length > 60 ? `${chunk.slice(0, 60)}…` : chunk)
