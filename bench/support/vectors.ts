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

export interface CorpusChunk {
  /** From 1. */
  readonly document: number
  readonly chunkSeq: number
  /** Of the document, from 0. */
  readonly topic: number
  readonly embedding: number[]
}

/**
 * Chunks as embeddings of real documents lie: topics of unequal size, each document between two of them, its chunks (1 to
 * 7, mean 4) around it. Documents come in random order of topics. Few dimensions hold most of the variance: a noise that
 * is the same in all of them would leave every vector equally far from every other, which no embedding model does.
 */
export function* corpus(documents: number, dimensions: number, topics = 400, seed = 1): Generator<CorpusChunk> {
  const random = seeded(seed)
  const normal = () => Math.sqrt(-2 * Math.log(random() || 1e-12)) * Math.cos(2 * Math.PI * random())
  const unit = (vector: number[]) => {
    const length = Math.hypot(...vector)
    return vector.map((value) => value / length)
  }
  const weights = Array.from({ length: dimensions }, (_, at) => (at + 1) ** -0.5)
  const length = Math.hypot(...weights)
  const noise = weights.map((weight) => weight / length)
  // The topics are the same for every seed: queries of another seed are about what the documents are about.
  const centres = randomVectors(topics, dimensions, 20, 99).map((centre) =>
    unit(centre.map((value, at) => value * (weights[at] as number))),
  )
  // The square makes the first topics large and the last ones small.
  const pick = () => Math.floor(random() ** 2 * topics)
  for (let document = 1; document <= documents; document++) {
    const [topic, other] = [pick(), pick()]
    const [one, two] = [centres[topic] as number[], centres[other] as number[]]
    const middle = one.map((value, at) => value + (two[at] as number) * 0.5 + normal() * (noise[at] as number) * 0.5)
    const chunks = 1 + Math.floor(random() * 7)
    for (let chunkSeq = 0; chunkSeq < chunks; chunkSeq++) {
      const embedding = unit(middle.map((value, at) => value + normal() * (noise[at] as number) * 0.8))
      yield { document, chunkSeq, topic, embedding }
    }
  }
}

/** Vectors of other documents of the same topics. */
export const corpusQueries = (count: number, dimensions: number): number[][] =>
  Array.from(corpus(count, dimensions, 400, 4_711), ({ embedding, chunkSeq }) =>
    chunkSeq === 0 ? embedding : [],
  ).filter((vector) => vector.length > 0)
