// What becomes of the chunks of one row: those whose text is as it was stay, and keep their vectors.
import { chunkHash } from '../sql/chunk-hash.ts'
import type { StoredChunk } from './batch.ts'

export interface Move {
  readonly id: string
  readonly sequence: number
}

export interface ChunkPlan {
  /** Chunks that stay as they are. */
  readonly kept: number
  /** Chunks that get another place: in rounds, each of which takes only places that are free by then. */
  readonly moves: readonly (readonly Move[])[]
  /** Places in `chunks` whose text has to be written. */
  readonly written: readonly number[]
  readonly removed: readonly string[]
}

/** The texts of `chunks` that `stored` has no vector for. */
export function textsToEmbed(chunks: readonly string[], stored: readonly StoredChunk[]): readonly string[] {
  // A store that is being filled has none: nothing to hash.
  if (stored.length === 0) return chunks
  const { written } = planChunks(chunks, stored)
  return written.map((place) => chunks[place] as string)
}

export function planChunks(chunks: readonly string[], stored: readonly StoredChunk[]): ChunkPlan {
  if (stored.length === 0) return { kept: 0, moves: [], written: chunks.map((_, place) => place), removed: [] }
  const hashes = chunks.map(chunkHash)
  const rest = new Map<string, StoredChunk[]>()
  const taken = new Set<number>()
  // Those in their places first, so that equal texts do not change places for nothing.
  for (const chunk of stored) {
    if (hashes[chunk.sequence] === chunk.hash) taken.add(chunk.sequence)
    else if (!rest.get(chunk.hash)?.push(chunk)) rest.set(chunk.hash, [chunk])
  }
  const kept = taken.size
  const moved = new Map<StoredChunk, number>()
  const written: number[] = []
  for (const [place, hash] of hashes.entries()) {
    if (taken.has(place)) continue
    const chunk = rest.get(hash)?.shift()
    if (chunk) moved.set(chunk, place)
    else written.push(place)
  }
  const removed = [...rest.values()].flat().map(({ id }) => id)
  return { kept, moves: inRounds(moved), written, removed }
}

/** More statements than that are dearer than moving every chunk twice. */
const mostRounds = 16

/**
 * A place is free once the chunk in it has moved. What is left after a while (a paragraph put first shifts all others by
 * one, and chunks may change places in a circle) steps aside first, to places below zero.
 */
function inRounds(moved: ReadonlyMap<StoredChunk, number>): readonly (readonly Move[])[] {
  const rounds: Move[][] = []
  const left = new Map([...moved].map(([{ id, sequence: from }, sequence]) => [from, { id, sequence }]))
  while (left.size > 0 && rounds.length < mostRounds) {
    const free = [...left].filter(([, { sequence }]) => !left.has(sequence))
    if (free.length === 0) break
    rounds.push(free.map(([, move]) => move))
    for (const [from] of free) left.delete(from)
  }
  if (left.size === 0) return rounds
  return [...rounds, [...left].map(([from, { id }]) => ({ id, sequence: -1 - from })), [...left.values()]]
}
