// The files in a ZIP archive, with a limit on what they unpack to.
// Not fflate's unzipSync: it allocates what an entry claims to unpack to, and does not stop where it unpacks to more.
import { constants } from 'node:buffer'
import { inflateRawSync } from 'node:zlib'
import { tooLarge } from '../load/refusals.ts'
import { encrypted } from './unreadable.ts'

/**
 * Files whose name `wanted` accepts, by name. Throws VZ603 beyond `maxInflated` bytes together, VZ604 for an encrypted
 * archive, and an Error for one that is broken.
 */
export function archiveFiles(
  shown: string,
  bytes: Uint8Array,
  maxInflated: number,
  wanted: (name: string) => boolean,
): Map<string, Uint8Array> {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const files = new Map<string, Uint8Array>()
  let left = maxInflated
  let at = directoryOf(archive)
  for (let count = at.entries; count > 0; count--) {
    const entry = entryAt(archive, at.offset)
    at = { ...at, offset: entry.next }
    if (!wanted(entry.name) || files.has(entry.name)) continue
    if (entry.flags & 1) throw encrypted(shown, 'its archive has a password')
    const file = unpackedEntry(archive, entry, left)
    if (file === undefined) throw tooLarge(`${shown} unpacks to more than ${maxInflated} bytes.`)
    left -= file.length
    files.set(entry.name, file)
  }
  return files
}

interface Entry {
  readonly name: string
  readonly flags: number
  readonly method: number
  readonly packedSize: number
  readonly header: number
  readonly next: number
}

const endSignature = 0x06054b50
const entrySignature = 0x02014b50
const headerSignature = 0x04034b50

/** The end of the archive, before a comment of at most 65,535 bytes. */
function directoryOf(archive: Buffer): { readonly offset: number; readonly entries: number } {
  for (let at = archive.length - 22; at >= Math.max(0, archive.length - 22 - 65_535); at--) {
    if (archive.readUInt32LE(at) !== endSignature) continue
    return { offset: archive.readUInt32LE(at + 16), entries: archive.readUInt16LE(at + 10) }
  }
  throw new Error('it is no ZIP archive, or its end is missing.')
}

function entryAt(archive: Buffer, at: number): Entry {
  if (archive.readUInt32LE(at) !== entrySignature) throw new Error('the directory of its archive is broken.')
  const nameEnd = at + 46 + archive.readUInt16LE(at + 28)
  return {
    name: archive.toString('utf8', at + 46, nameEnd),
    flags: archive.readUInt16LE(at + 8),
    method: archive.readUInt16LE(at + 10),
    packedSize: archive.readUInt32LE(at + 20),
    header: archive.readUInt32LE(at + 42),
    next: nameEnd + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32),
  }
}

/** undefined: larger than `limit`. What the entry says it unpacks to is not looked at. */
function unpackedEntry(archive: Buffer, entry: Entry, limit: number): Uint8Array | undefined {
  if (archive.readUInt32LE(entry.header) !== headerSignature) throw new Error('an entry of its archive is missing.')
  const lengths = archive.readUInt16LE(entry.header + 26) + archive.readUInt16LE(entry.header + 28)
  const start = entry.header + 30 + lengths
  const packed = archive.subarray(start, start + entry.packedSize)
  if (packed.length < entry.packedSize) throw new Error('its archive ends too early.')
  if (entry.method === 0) return packed.length > limit ? undefined : packed
  if (entry.method !== 8) throw new Error(`its archive is packed with method ${entry.method}, which is not known.`)
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, Math.min(limit, constants.MAX_LENGTH)) })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') return undefined
    throw error
  }
}
