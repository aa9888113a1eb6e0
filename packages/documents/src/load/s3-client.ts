// The client of S3: the application's own, or one made at the first document.
import { importAws } from './aws-package.ts'

/** What is used of an `S3` object of `@aws-sdk/client-s3`. */
export interface S3Like {
  getObject(
    input: { readonly Bucket: string; readonly Key: string },
    options?: { readonly abortSignal?: AbortSignal },
  ): Promise<{
    readonly Body?: unknown
    readonly ContentType?: string | undefined
    readonly ContentLength?: number | undefined
    readonly ContentEncoding?: string | undefined
  }>
}

export interface S3Options {
  /** As `AWS_REGION` or the AWS profile says, by default. */
  readonly region?: string | undefined
  /** Of a store that speaks S3: `http://localhost:9000`. From the configuration, so not checked against `hosts`. */
  readonly endpoint?: string | undefined
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`; most stores other than AWS need it. */
  readonly forcePathStyle?: boolean | undefined
  /** A role to assume with the credentials found; needs `@aws-sdk/credential-providers`. */
  readonly roleArn?: string | undefined
  /** What the role's owner asks for; `AWS_ASSUME_ROLE_EXTERNAL_ID` by default. */
  readonly externalId?: string | undefined
  /** Your own client, `new S3({ … })` of `@aws-sdk/client-s3`; the other options are then not used. */
  readonly client?: S3Like | undefined
}

type RoleCredentials = (settings: {
  readonly params: { readonly RoleArn: string; readonly RoleSessionName: string; readonly ExternalId?: string }
  readonly clientConfig?: { readonly region: string }
}) => unknown

/** Gives the client; a failure to make it is not kept, as the package may be installed before the next try. */
export function s3Client(options: S3Options, folders?: readonly string[]): () => Promise<S3Like> {
  let made: Promise<S3Like> | undefined
  return () => {
    made ??= makeClient(options, folders)
    made.catch(() => {
      made = undefined
    })
    return made
  }
}

async function makeClient(options: S3Options, folders: readonly string[] | undefined): Promise<S3Like> {
  if (options.client) return options.client
  const { region, endpoint, forcePathStyle, roleArn } = options
  const S3 = await importAws<new (config: object) => S3Like>('@aws-sdk/client-s3', 'S3', folders)
  const config = { ...given({ region, endpoint, forcePathStyle }) }
  if (roleArn === undefined) return new S3(config)
  const assume = await importAws<RoleCredentials>('@aws-sdk/credential-providers', 'fromTemporaryCredentials', folders)
  const externalId = options.externalId ?? (process.env['AWS_ASSUME_ROLE_EXTERNAL_ID'] || undefined)
  const params = {
    RoleArn: roleArn,
    RoleSessionName: 'prisma-vectorizer',
    ...(externalId === undefined ? {} : { ExternalId: externalId }),
  }
  const credentials = assume({ params, ...(region === undefined ? {} : { clientConfig: { region } }) })
  return new S3({ ...config, credentials })
}

/** To the SDK an option that is undefined is one that was given. */
function given(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
