// Buckets of the allow-list, and the key an s3:// address names.
import { notAllowed } from './refusals.ts'
import { shownAddress } from './shown-address.ts'

export interface AllowedBucket {
  readonly bucket: string
  /** Keys that start with it may be read; end it with `/`, or `docs` also allows `docs-internal/…`. */
  readonly prefix?: string | undefined
}

// Also keeps ARNs and endpoints out, which the SDK would take as the name of a bucket.
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/u

/** Throws VZ601 for a name that is none. */
export function checkedBuckets(buckets: readonly (string | AllowedBucket)[]): readonly AllowedBucket[] {
  return buckets.map((entry) => {
    const allowed = typeof entry === 'string' ? { bucket: entry } : entry
    if (bucketName.test(allowed.bucket)) return allowed
    throw notAllowed(`\`buckets\`: "${allowed.bucket}" is no name of a bucket.`, 'Write the name alone, without s3://.')
  })
}

/** The key is what follows, as it is: S3 knows neither `%20` nor `?`. Throws VZ601. */
export function objectAt(uri: string, buckets: readonly AllowedBucket[]): { bucket: string; key: string } {
  const shown = shownAddress(uri)
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/isu.exec(uri) ?? []
  if (!bucketName.test(bucket)) throw notAllowed(`${shown} is no S3 address.`, 'Write s3://bucket/manual.pdf.')
  // To S3 they are letters; a proxy or a store like it may follow them out of the prefix.
  if (key.split('/').some((part) => part === '.' || part === '..')) {
    throw notAllowed(`${shown} has a "." or ".." in its key.`, 'Name the key itself.')
  }
  if (buckets.some((allowed) => allowed.bucket === bucket && key.startsWith(allowed.prefix ?? '')))
    return { bucket, key }
  throw notAllowed(`${shown} is of no bucket or prefix the worker may read.`, `Add "${bucket}" to \`buckets\`.`)
}
