// Reproducible vectors: the same numbers on every run, so that two runs can be compared.

/** Numbers in [0, 1) from a seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Unit vectors around `topics` centres, as embeddings of real text lie in groups; with 0 topics, anywhere. */
export function randomVectors(count: number, dimensions: number, topics = 0, seed = 1): number[][] {
  const random = seeded(seed)
  const normal = () => Math.sqrt(-2 * Math.log(random() || 1e-12)) * Math.cos(2 * Math.PI * random())
  const unit = (vector: number[]) => {
    const length = Math.hypot(...vector)
    return vector.map((value) => value / length)
  }
  const centres = Array.from({ length: topics }, () => unit(Array.from({ length: dimensions }, normal)))
  return Array.from({ length: count }, (_, index) => {
    const centre = centres[index % Math.max(1, topics)]
    return unit(Array.from({ length: dimensions }, (_, at) => (centre ? (centre[at] as number) * 25 : 0) + normal()))
  })
}
