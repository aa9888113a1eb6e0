// The document reader: an allow-list to load from, and a parser for each kind of document.
import type { DocumentReader } from '@prisma-vectorizer/spec'
import { type AllowedBucket, checkedBuckets } from './load/bucket-list.ts'
import { withDeadline } from './load/deadline.ts'
import { loadFile } from './load/file.ts'
import { checkedHosts } from './load/host-list.ts'
import { loadFailure, notAllowed } from './load/refusals.ts'
import { loadS3 } from './load/s3.ts'
import { type S3Options, s3Client } from './load/s3-client.ts'
import { schemeOf } from './load/scheme.ts'
import { shownAddress } from './load/shown-address.ts'
import { loadWeb } from './load/web.ts'
import { type ParseHook, parserOf } from './parse/parse-document.ts'

export interface DocumentReaderOptions {
  /** Folders whose files may be read, with everything below them; relative ones from the working folder. */
  readonly roots?: readonly string[] | undefined
  /**
   * Web hosts that may be read, and only at public addresses: `docs.example.com`, `*.example.com` (every host below it,
   * not itself), `docs.example.com:8443`. https, unless the entry starts with `http://`; the scheme's own port, unless
   * the entry names one.
   */
  readonly hosts?: readonly string[] | undefined
  /**
   * Hosts that may also have an address of this machine or of a private network: `http://localhost:5001`. Written as
   * `hosts`, without `*`. Link-local and metadata addresses stay refused.
   */
  readonly privateHosts?: readonly string[] | undefined
  /** S3 buckets that may be read: whole, or the keys that start with `prefix`. */
  readonly buckets?: readonly (string | AllowedBucket)[] | undefined
  /** How S3 is reached; the AWS SDK's own defaults otherwise. */
  readonly s3?: S3Options | undefined
  /** Bytes of the largest document; 50 MB (52,428,800) by default. What a DOCX or EPUB unpacks to may be four times that. */
  readonly maxBytes?: number | undefined
  /** Milliseconds one load may take, redirects and body included; 30,000 by default. */
  readonly timeout?: number | undefined
  /** A parser of your own; it is asked first, and `undefined` leaves the document to the parser here. */
  readonly parse?: ParseHook | undefined
}

/**
 * Makes a reader. Nothing can be loaded but what `roots`, `hosts`, `privateHosts` and `buckets` allow.
 *
 * Throws VZ601 for options that are not valid. `load` throws VZ601 (not allowed), VZ602 (cannot be loaded) and VZ603 (too
 * large); `parse` throws VZ603 (too large, as it is or unpacked), VZ604 (broken or encrypted) and VZ605 (unknown kind, or
 * no text in it), and VZ602 where the application's own `parse` fails. Both reject with the reason of an aborted `signal`.
 */
export function createDocumentReader(options: DocumentReaderOptions = {}): DocumentReader {
  const maxBytes = positive('maxBytes', options.maxBytes ?? 50 * 1024 * 1024)
  const timeout = positive('timeout', options.timeout ?? 30_000)
  const hosts = checkedHosts(options.hosts ?? [], options.privateHosts ?? [])
  const buckets = checkedBuckets(options.buckets ?? [])
  const roots = options.roots ?? []
  if (roots.some((root) => root === '')) throw notAllowed('`roots` has an empty entry.', 'Name the folder.')
  const client = s3Client(options.s3 ?? {})

  const loadFrom = (uri: string, signal: AbortSignal) => {
    const scheme = schemeOf(uri)
    if (scheme === 'file') return loadFile(uri, { roots, maxBytes, signal })
    if (scheme === 's3') return loadS3(uri, { buckets, client, maxBytes, signal })
    return loadWeb(uri, { hosts, maxBytes, signal })
  }
  return {
    async load(uri, { signal } = {}) {
      try {
        return await withDeadline((deadline) => loadFrom(uri, deadline), { timeout, shown: shownAddress(uri) }, signal)
      } catch (error) {
        signal?.throwIfAborted()
        throw loadFailure(uri, error)
      }
    },
    parse: parserOf({ maxBytes, hook: options.parse }),
  }
}

function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0 && value <= 2 ** 31 - 1) return value
  throw notAllowed(
    `\`${name}\` is ${value}, not a whole number from 1 to 2147483647.`,
    `Give \`${name}\` such a number.`,
  )
}
