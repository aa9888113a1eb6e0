// Bytes of a stream, never more than the limit.
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { cannotLoad, tooLarge } from './refusals.ts'

export interface Body {
  readonly stream: AsyncIterable<Uint8Array>
  /** What its sender says it has; not believed. */
  readonly length?: number | undefined
  /** `content-encoding`. */
  readonly encoding?: string | undefined
}

/**
 * All bytes of `body`, unpacked. Throws VZ603 as soon as there are more than `maxBytes`, by what the sender says or by
 * what arrives, before or after unpacking. Leaving the loop destroys the stream.
 */
export async function limitedBytes(shown: string, body: Body, maxBytes: number): Promise<Uint8Array> {
  const refused = () => tooLarge(`${shown} is larger than ${maxBytes} bytes.`)
  if ((body.length ?? 0) > maxBytes) throw refused()
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of unpacked(shown, body)) {
    size += part.length
    if (size > maxBytes) throw refused()
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts, size))
}

/** Nobody is asked for gzip, but objects that were stored packed come packed. */
function unpacked(shown: string, { stream, encoding = '' }: Body): AsyncIterable<Uint8Array> {
  const name = encoding.trim().toLowerCase()
  if (name === '' || name === 'identity') return stream
  if (name !== 'gzip' && name !== 'x-gzip')
    throw cannotLoad(`${shown} comes in the encoding ${name}, which is not read.`)
  // The callback is not needed: pipeline hands every failure on to the stream that is read.
  return pipeline(Readable.from(stream), createGunzip(), () => {})
}
