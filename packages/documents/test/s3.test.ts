// S3 with the real AWS SDK, against a server that answers as S3 does.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { S3 } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createDocumentReader, type DocumentReaderOptions } from '../src/index.ts'
import { s3Client } from '../src/load/s3-client.ts'
import { rejected } from './support/rejected.ts'
import { s3Server } from './support/s3-server.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const objects = {
  'docs/a b%20?.txt': { body: 'Hello', headers: { 'content-type': 'text/plain' } },
  'docs/packed.txt': { body: gzipSync('Hello'), headers: { 'content-encoding': 'gzip' } },
  'docs/bomb.txt': { body: gzipSync(Buffer.alloc(1024 * 1024)), headers: { 'content-encoding': 'gzip' } },
  'secret/a.txt': { body: 'secret' },
}
let server: Awaited<ReturnType<typeof s3Server>>

beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'hunter2')
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  server = await s3Server('library', objects)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await server[Symbol.asyncDispose]()
})

const s3 = () => ({ region: 'eu-central-1', endpoint: server.origin, forcePathStyle: true })
const readerOf = (options: DocumentReaderOptions = {}) =>
  createDocumentReader({ buckets: [{ bucket: 'library', prefix: 'docs/' }], s3: s3(), ...options })
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

it('reads an object by its key as it is written, with its media type', async () => {
  const document = await readerOf().load('s3://library/docs/a b%20?.txt')
  expect({ ...document, bytes: text(document.bytes) }).toEqual({
    bytes: 'Hello',
    name: 'a b%20?.txt',
    mediaType: 'text/plain',
  })
  expect(server.requests.at(-1)?.headers['authorization']).toContain('Credential=AKIATEST/')
})

it('reads with a client of the application’s own', async () => {
  const credentials = { accessKeyId: 'AKIAOWN', secretAccessKey: 'own' }
  const reader = readerOf({ s3: { client: new S3({ ...s3(), credentials }) } })
  expect(text((await reader.load('s3://library/docs/packed.txt')).bytes)).toBe('Hello')
  expect(server.requests.at(-1)?.headers['authorization']).toContain('Credential=AKIAOWN/')
})

it.each([
  ['s3://library/secret/a.txt', 'of no bucket or prefix'],
  ['s3://library/doc', 'of no bucket or prefix'],
  ['s3://other/docs/a.txt', 'of no bucket or prefix'],
  ['s3://library/docs/../secret/a.txt', '".."'],
  ['s3://library/docs/./a.txt', '".."'],
  ['s3://library', 'no S3 address'],
  ['s3://library/', 'no S3 address'],
  ['s3:///docs/a.txt', 'no S3 address'],
  ['s3://key:secret@library/docs/a.txt', 'no S3 address'],
  ['s3://arn:aws:s3:eu-central-1:1:accesspoint/docs/a.txt', 'no S3 address'],
])('refuses %s without asking', async (uri, fact) => {
  const before = server.requests.length
  const error = await rejected(readerOf().load(uri))
  expect(error.code).toBe('VZ601')
  expect(error.fact).toContain(fact)
  expect(server.requests).toHaveLength(before)
})

it('holds the limit before and after unpacking', async () => {
  expect((await rejected(readerOf({ maxBytes: 4 }).load('s3://library/docs/a b%20?.txt'))).code).toBe('VZ603')
  expect((await rejected(readerOf({ maxBytes: 100_000 }).load('s3://library/docs/bomb.txt'))).code).toBe('VZ603')
})

describe('a failure is VZ602', () => {
  it('with what S3 said', async () => {
    const error = await rejected(readerOf().load('s3://library/docs/no.txt'))
    expect(error.code).toBe('VZ602')
    expect(error.fact).toBe('s3://library/docs/no.txt cannot be loaded: NoSuchKey, said the server.')
    expect(error.message).not.toContain('hunter2')
  })

  it('without credentials, naming the variables', async () => {
    using home = temporaryFolder()
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined)
    for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, join(home.folder, 'none'))
    try {
      const error = await rejected(readerOf().load('s3://library/docs/packed.txt'))
      expect(error.code).toBe('VZ602')
      expect(error.fix).toContain('AWS_ACCESS_KEY_ID')
    } finally {
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST')
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'hunter2')
    }
  })

  it('without the SDK, naming the command; it is looked for again', async () => {
    using application = temporaryFolder()
    const client = s3Client({}, [application.folder])
    const error = await rejected(client())
    expect(error.code).toBe('VZ602')
    expect(error.fix).toBe('npm i @aws-sdk/client-s3@3')
    install(
      application.folder,
      '@aws-sdk/client-s3',
      'export class S3 { constructor(config) { this.config = config } }',
    )
    expect(await client()).toMatchObject({ config: {} })
  })
})

it('assumes a role with what the AWS SDK has for it', async () => {
  using application = temporaryFolder()
  const roleArn = 'arn:aws:iam::123456789012:role/reader'
  install(application.folder, '@aws-sdk/client-s3', 'export class S3 { constructor(config) { this.config = config } }')
  const options = { region: 'eu-central-1', roleArn, externalId: 'x' }
  const missing = await rejected(s3Client(options, [application.folder])())
  expect(missing.fix).toBe('npm i @aws-sdk/credential-providers@3')
  install(
    application.folder,
    '@aws-sdk/credential-providers',
    'export const fromTemporaryCredentials = (settings) => settings',
  )
  expect(await s3Client(options, [application.folder])()).toEqual({
    config: {
      region: 'eu-central-1',
      credentials: {
        params: { RoleArn: roleArn, RoleSessionName: 'prisma-vectorizer', ExternalId: 'x' },
        clientConfig: { region: 'eu-central-1' },
      },
    },
  })
})

function install(folder: string, name: string, source: string) {
  const target = join(folder, 'node_modules', name)
  mkdirSync(target, { recursive: true })
  writeFileSync(join(target, 'package.json'), JSON.stringify({ name, type: 'module', exports: './index.js' }))
  writeFileSync(join(target, 'index.js'), source)
}
