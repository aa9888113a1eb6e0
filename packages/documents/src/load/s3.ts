// Objects of the buckets of the allow-list.
import { isVectorizerError, type LoadedDocument, type VectorizerError } from '@prisma-vectorizer/spec'
import { type AllowedBucket, objectAt } from './bucket-list.ts'
import { limitedBytes } from './limited-bytes.ts'
import { cannotLoad, reasonOf } from './refusals.ts'
import type { S3Like } from './s3-client.ts'
import { shownAddress } from './shown-address.ts'

export interface S3LoadOptions {
  readonly buckets: readonly AllowedBucket[]
  readonly client: () => Promise<S3Like>
  readonly maxBytes: number
  readonly signal: AbortSignal
}

/** The object at `s3://bucket/key`. Throws VZ601, VZ602 and VZ603. */
export async function loadS3(uri: string, options: S3LoadOptions): Promise<LoadedDocument> {
  const { bucket, key } = objectAt(uri, options.buckets)
  const shown = shownAddress(uri)
  const client = await options.client()
  try {
    const found = await client.getObject({ Bucket: bucket, Key: key }, { abortSignal: options.signal })
    const stream = found.Body as (AsyncIterable<Uint8Array> & { destroy?: () => void }) | undefined
    if (stream === undefined) throw cannotLoad(`${shown} came without a body.`)
    const body = { stream, length: found.ContentLength, encoding: found.ContentEncoding }
    const bytes = await limitedBytes(shown, body, options.maxBytes).finally(() => stream.destroy?.())
    return { bytes, name: key.slice(key.lastIndexOf('/') + 1), mediaType: found.ContentType }
  } catch (error) {
    throw isVectorizerError(error) ? error : s3Failure(shown, error)
  }
}

const fixes: Readonly<Record<string, string>> = {
  CredentialsProviderError: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the process a role.',
  AccessDenied: 'Allow s3:GetObject on the bucket to the identity of this process.',
  NoSuchKey: 'Correct the address in the row.',
  NoSuchBucket: 'Correct the address in the row.',
  PermanentRedirect: 'Set `s3.region` to the region of the bucket.',
}

function s3Failure(shown: string, cause: unknown): VectorizerError {
  const name = cause instanceof Error ? cause.name : ''
  const said = reasonOf(cause)
  const reason = name === '' || name === 'Error' || said.startsWith(name) ? said : `${name}: ${said}`
  return cannotLoad(`${shown} cannot be loaded: ${reason}`, fixes[name], cause)
}
