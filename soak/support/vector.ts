// The vector of a text, which every process computes alike.
import { createHash } from 'node:crypto'

export const dimensions = 16

/** Whole 64ths: exact as float4, and written and read as text without loss. Never all zeros, which has no direction. */
export function vectorOf(text: string): number[] {
  const hash = createHash('sha256').update(text).digest()
  return Array.from({ length: dimensions }, (_, place) => ((hash[place] as number) + 1) / 64)
}

/** As pgvector writes it. */
export const vectorText = (text: string): string => `[${vectorOf(text).join(',')}]`
