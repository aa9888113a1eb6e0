// The features of a text, counted: hashed words, pairs of words, and pieces of words of 3 to 5 code points.
import { wordWeights } from './common-words.ts'
import { alone, kindOf, letter, mark } from './words.ts'

// Chosen on 265 README files, each to be found by its package's description: mean reciprocal rank 0.71 without pairs and
// pieces, 0.76 with them; with two letters of every longer word swapped 0.42 and 0.53.
const unigramShare = 1
const bigramShare = 0.4
const pieceShare = 0.35

const unigramSeed = 0x2f0b4c47
const bigramSeed = 0x1b873593
const pieceSeed = 0x3c6ef372
/** Marks both ends of a word; not a code point. */
const boundary = 0x11_0000
/** Longer runs are digests and base64, whose pieces are noise; their first ones still count. */
const piecedLength = 40

/** A table from feature hash to how often the text has it, in typed arrays that are used again for every text. */
export class FeatureCounts {
  /** Slots in the order of first use; the first `size` are valid. */
  slots = new Int32Array(1 << 12)
  size = 0
  /** 0 = empty. */
  hashes = new Int32Array(1 << 13)
  /** Occurrences, each counted with the weight of its word. */
  counts = new Float64Array(1 << 13)
  shares = new Float64Array(1 << 13)

  add(hash: number, share: number, count: number): void {
    const wanted = hash === 0 ? 1 : hash
    const last = this.hashes.length - 1
    let slot = wanted & last
    for (;;) {
      const found = this.hashes[slot]
      if (found === wanted) {
        this.counts[slot] = (this.counts[slot] as number) + count
        return
      }
      if (found === 0) break
      slot = (slot + 1) & last
    }
    this.hashes[slot] = wanted
    this.counts[slot] = count
    this.shares[slot] = share
    this.slots[this.size++] = slot
    if (this.size === this.slots.length) this.#grow()
  }

  clear(): void {
    for (let index = 0; index < this.size; index++) this.hashes[this.slots[index] as number] = 0
    this.size = 0
  }

  #grow(): void {
    const { slots, hashes, counts, shares, size } = this
    this.slots = new Int32Array(slots.length * 2)
    this.hashes = new Int32Array(hashes.length * 2)
    this.counts = new Float64Array(hashes.length * 2)
    this.shares = new Float64Array(hashes.length * 2)
    this.size = 0
    for (let index = 0; index < size; index++) {
      const slot = slots[index] as number
      this.add(hashes[slot] as number, shares[slot] as number, counts[slot] as number)
    }
  }
}

const weightsByHash = new Map<number, number>()
for (const [word, weight] of wordWeights) {
  let state = unigramSeed
  for (const character of word) state = step(state, character.codePointAt(0) as number)
  weightsByHash.set(mix(state), weight)
}

/** Below this a word is a stop word: it makes no pieces and stands between no pair. */
const contentWeight = 0.2

let word = new Int32Array(64)

/** Adds the features of `text` to `counts`; normalised (NFKC) and lower-cased, by code points. */
export function countFeatures(text: string, counts: FeatureCounts): void {
  const normal = text.normalize('NFKC').toLowerCase()
  let length = 0
  let previous: { hash: number; weight: number } | undefined
  const finishWord = () => {
    if (length > 0) previous = addWord(length, previous, counts)
    length = 0
  }
  for (let index = 0; index < normal.length; index++) {
    let codePoint = normal.charCodeAt(index)
    if (codePoint >= 0xd800 && codePoint < 0xdc00) {
      // A lone surrogate stays one, and separates words.
      codePoint = normal.codePointAt(index) as number
      if (codePoint > 0xffff) index++
    }
    const kind = kindOf(codePoint)
    if (kind === alone) {
      finishWord()
      word[length++] = codePoint
      finishWord()
    } else if (kind === letter || (kind === mark && length > 0)) {
      if (length === word.length) word = grown(word)
      word[length++] = codePoint
    } else if (kind !== mark) finishWord()
  }
  finishWord()
}

function addWord(
  length: number,
  previous: { hash: number; weight: number } | undefined,
  counts: FeatureCounts,
): { hash: number; weight: number } | undefined {
  let state = unigramSeed
  for (let index = 0; index < length; index++) state = step(state, word[index] as number)
  const hash = mix(state)
  const weight = weightsByHash.get(hash) ?? 1
  counts.add(hash, unigramShare, weight)
  if (weight < contentWeight) return previous
  if (previous) counts.add(mix(step(step(bigramSeed, previous.hash), hash)), bigramShare, weight * previous.weight)
  if (length > 1) addPieces(Math.min(length, piecedLength), weight, counts)
  return { hash, weight }
}

function addPieces(length: number, weight: number, counts: FeatureCounts): void {
  // Positions -1 and `length` are the marks; each start makes its 3-, 4- and 5-piece from one running state.
  for (let start = -1; start <= length - 2; start++) {
    let state = pieceSeed
    for (let offset = 0; offset < 5 && start + offset <= length; offset++) {
      const at = start + offset
      state = step(state, at < 0 || at === length ? boundary : (word[at] as number))
      if (offset >= 2) counts.add(mix(state + offset), pieceShare, weight)
    }
  }
}

function grown(full: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(full.length * 2)
  larger.set(full)
  return larger
}

function step(state: number, value: number): number {
  const product = Math.imul(state ^ value, 0x9e3779b1)
  return product ^ (product >>> 15)
}

/** Spreads every bit of a 32-bit number over all of them (the finaliser of MurmurHash3). */
export function mix(value: number): number {
  let state = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return state ^ (state >>> 16)
}
