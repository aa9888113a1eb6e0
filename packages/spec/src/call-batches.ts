// Cuts texts into provider calls by count and by tokens.

/**
 * Consecutive ranges `[start, end)` of texts with at most `texts` texts and `tokens` tokens each, given the tokens of
 * every text; a text that is larger alone goes alone, for the provider to cut or refuse.
 */
export function callBatches(
  tokens: readonly number[],
  limits: { readonly texts: number; readonly tokens: number },
): (readonly [start: number, end: number])[] {
  const batches: (readonly [number, number])[] = []
  let start = 0
  let sum = 0
  for (const [index, size] of tokens.entries()) {
    if (index > start && (index - start >= limits.texts || sum + size > limits.tokens)) {
      batches.push([start, index])
      start = index
      sum = 0
    }
    sum += size
  }
  if (tokens.length > start) batches.push([start, tokens.length])
  return batches
}
