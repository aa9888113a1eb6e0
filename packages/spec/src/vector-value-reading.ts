// pgvector's binary and text forms → numbers. Every element is exactly what is stored: 0.1 in a float4 reads as
// 0.10000000149011612 by either form, so that what an application gets does not depend on its driver adapter.

/**
 * The binary form of a `vector`, what `vector_send` gives: int16 dimensions, int16 0, then big-endian float4s. Returning
 * ten vectors of 768 dimensions costs a search 1.06 ×, as text with `JSON.parse` 1.49 ×.
 */
export function readVector(bytes: Uint8Array): number[] {
  const view = viewOf(bytes)
  const vector = new Array<number>(view.getUint16(0))
  for (let index = 0; index < vector.length; index++) vector[index] = view.getFloat32(4 + index * 4)
  return vector
}

/** The binary form of a `halfvec`, what `halfvec_send` gives: as that of a `vector`, with two bytes for each element. */
export function readHalfVector(bytes: Uint8Array): number[] {
  const view = viewOf(bytes)
  const vector = new Array<number>(view.getUint16(0))
  for (let index = 0; index < vector.length; index++) vector[index] = halfPrecision(view.getUint16(4 + index * 2))
  return vector
}

/** The text form of a `vector` or `halfvec`, `[1,-0.5]`. */
export function readVectorText(text: string): number[] {
  const vector = JSON.parse(text) as number[]
  // PostgreSQL writes the shortest decimal that gives this float4 again.
  for (let index = 0; index < vector.length; index++) vector[index] = Math.fround(vector[index] as number)
  return vector
}

/** The text form of a `sparsevec`, `{1:0.5,8:-2}/8`: its elements by their index from 0, in order. */
export function readSparseVector(text: string): Map<number, number> {
  const elements = text.slice(1, text.indexOf('}'))
  const vector = new Map<number, number>()
  if (elements === '') return vector
  for (const element of elements.split(',')) {
    const colon = element.indexOf(':')
    vector.set(Number(element.slice(0, colon)) - 1, Math.fround(Number(element.slice(colon + 1))))
  }
  return vector
}

/** A bit string, `0110`, as zeros and ones. */
export const readBits = (text: string): number[] => Array.from(text, Number)

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** What one unit of the fraction is worth, for each exponent; Node's DataView reads half precision only from 24 on. */
const units = Array.from({ length: 31 }, (_, exponent) => 2 ** (Math.max(1, exponent) - 25))

/** Of an IEEE half that is finite, which all of pgvector's are. */
function halfPrecision(bits: number): number {
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  const size = (exponent === 0 ? fraction : fraction + 0x400) * (units[exponent] ?? Number.NaN)
  return bits & 0x8000 ? -size : size
}
