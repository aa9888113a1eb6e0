// prisma-vectorizer status: vectorizers that are not the worker's, rates, and --watch.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { renderStatus, type StatusSample } from '../src/commands/status-table.ts'
import { ratesOf, watchStatus } from '../src/commands/watch-status.ts'
import { runProgram } from '../src/program.ts'
import type { VectorizerStatus, WorkerStatus } from '../src/status.ts'
import { type Blog, eventually, openBlog } from './support/blog.ts'
import { blogPost } from './support/vectorizers.ts'

const status: VectorizerStatus = {
  name: 'BlogPost.contentEmbeddings',
  registryName: 'BlogPost_embedding_store',
  model: 'openai/text-embedding-3-small',
  paused: false,
  pending: 1_200,
  inFlight: 50,
  retrying: 2,
  failed: 1,
  oldestPending: 75,
  embedded: 4_000,
  chunks: 8_000,
  processed: 5_000,
  reused: 300,
  tokens: 1_500_000,
  cost: 0.03,
  lastSuccessAt: null,
  lastErrorAt: null,
  lastError: null,
  error: undefined,
}
const worker: WorkerStatus = {
  id: 'a',
  version: '0.1.0',
  host: 'pod-1',
  state: 'alive',
  startedAt: '2026-01-01T00:00:00.000Z',
  heartbeatAt: '2026-01-01T01:00:00.000Z',
  embedded: 4_000,
  failed: 3,
  lastErrorAt: '2026-01-01T00:59:00.000Z',
  lastError: '3 rows failed: embed, VZ405',
}
const now = Date.parse('2026-01-01T01:00:05.000Z')
const sample = (takenAt: number, processed: number): StatusSample => ({
  takenAt,
  vectorizers: [{ ...status, processed }],
  workers: [],
})

test('shows each vectorizer, and which workers are alive with their last errors', () => {
  const silent = { ...worker, host: 'pod-2', state: 'silent' } as const
  const gone = { ...worker, host: 'pod-3', state: 'stopped' } as const
  const text = renderStatus({ vectorizers: [status], workers: [worker, silent, gone], takenAt: now })
  expect(
    text,
  ).toBe(`vectorizer                  pending  in flight  retrying  failed      oldest  embedded  chunks  reused     tokens     cost  model
BlogPost.contentEmbeddings    1,200         50         2       1  1 min 15 s     4,000   8,000     300  1,500,000  $0.0300  openai/text-embedding-3-small

1 worker is alive:
  pod-1, version 0.1.0, started 1 h 0 min ago: 4,000 rows, 3 attempts failed; last error 1 min 5 s ago: 3 rows failed: embed, VZ405
  pod-2 ended without a word, 5 s ago
`)
})

test('the last error of a vectorizer is shown until it works again', () => {
  const lastErrorAt = '2026-01-01T00:59:00.000Z'
  const troubled = { ...status, lastError: 'VZ406 no key', lastErrorAt, lastSuccessAt: '2026-01-01T00:58:00.000Z' }
  const shown = (one: VectorizerStatus) => renderStatus({ vectorizers: [one], workers: [], takenAt: now })
  expect(shown(troubled)).toContain(
    '\nBlogPost.contentEmbeddings, 1 min 5 s ago: VZ406 no key\n\nNo worker is alive.\n',
  )
  expect(shown({ ...troubled, lastSuccessAt: '2026-01-01T01:00:00.000Z' })).not.toContain('VZ406')
})

test('a rate is what was done between two samples, once they are a heartbeat apart', () => {
  expect(ratesOf([sample(0, 100)]).size).toBe(0)
  expect(ratesOf([sample(0, 100), sample(9_999, 300)]).size).toBe(0)
  expect(ratesOf([sample(0, 100), sample(2_000, 100), sample(20_000, 300)]).get('BlogPost_embedding_store')).toBe(10)
  expect(ratesOf([sample(0, 100), sample(20_000, 0)]).size).toBe(0)
  const rated = renderStatus(sample(0, 1), new Map([['BlogPost_embedding_store', 7.26]]))
  expect(rated).toMatch(/oldest {2}rows\/s .*\n.* 7\.3 /)
})

describe('watching', () => {
  /** What is written for samples that are `shown`, each a sample or an error. */
  async function watched(
    shown: readonly (StatusSample | Error)[],
    more: { json?: boolean; isTerminal?: boolean } = {},
  ) {
    const written: string[] = []
    const stopping = new AbortController()
    let taken = 0
    await watchStatus({
      sample: async () => {
        const next = shown[taken++]
        if (taken === shown.length) stopping.abort()
        if (next instanceof Error || !next) throw next
        return next
      },
      write: (text) => written.push(text),
      seconds: 0.001,
      json: more.json ?? false,
      isTerminal: more.isTerminal ?? false,
      signal: stopping.signal,
    })
    return written
  }

  test('draws over the last table on a terminal, and appends elsewhere', async () => {
    const samples = [sample(0, 100), sample(20_000, 300)]
    for (const text of await watched(samples, { isTerminal: true }))
      expect(text.startsWith('\x1b[H\x1b[2Jvectorizer')).toBe(true)
    const appended = await watched(samples)
    expect(appended).toHaveLength(2)
    expect(appended.join('')).not.toContain('\x1b')
    expect(appended[1]).toMatch(/rows\/s .*\n.* 10 /)
  })

  test('as JSON is a line each time', async () => {
    const lines = await watched([sample(0, 100), sample(20_000, 300)], { json: true })
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { time: '1970-01-01T00:00:00.000Z', vectorizers: [{ rowsPerSecond: null }], workers: [] },
      { time: '1970-01-01T00:00:20.000Z', vectorizers: [{ rowsPerSecond: 10 }] },
    ])
  })

  test('goes on when the database is away for a while, but does not begin without it', async () => {
    const written = await watched([sample(0, 100), new Error('VZ507 away'), sample(20_000, 300)])
    expect(written[1]).toBe('VZ507 away\n\n')
    expect(written).toHaveLength(3)
    await expect(watched([new Error('VZ507 away')])).rejects.toThrow('VZ507 away')
  })
})

describe('on a database', () => {
  let blog: Blog
  let folder: string
  beforeAll(async () => {
    blog = await openBlog({ spec: { ...blogPost, model: null } })
    folder = await mkdtemp(join(tmpdir(), 'vectorizer-status-'))
  })
  afterAll(async () => {
    await rm(folder, { recursive: true })
    await blog[Symbol.asyncDispose]()
  })
  afterEach(() => vi.unstubAllEnvs())

  async function run(...args: string[]) {
    const written = { stdout: '', stderr: '', code: 0 }
    const into = (stream: 'stdout' | 'stderr') => ({
      isTTY: false,
      columns: 80,
      write(text: string | Uint8Array) {
        written[stream] += String(text)
        return true
      },
    })
    const setExitCode = (code: number) => {
      written.code = code
    }
    const ended = runProgram(args, { folder, stdout: into('stdout'), stderr: into('stderr'), setExitCode })
    return { written, ended }
  }

  test('vectors of the application’s own are no worker’s concern, whatever their tables look like', async () => {
    await blog.insert(['One.'])
    await blog.query(`ALTER TABLE "BlogPost" RENAME title TO heading;
      ALTER TABLE "BlogPost" ALTER content TYPE bytea USING content::bytea;
      ALTER TABLE "BlogPost" ENABLE ROW LEVEL SECURITY; ALTER TABLE "BlogPost" FORCE ROW LEVEL SECURITY`)
    const worker = blog.worker({ embedder: undefined })
    expect(await worker.status()).toMatchObject([{ model: null, pending: 1, error: undefined }])
    expect(await worker.drain()).toMatchObject({ vectorizers: [], drained: true })
    const { written, ended } = await run('worker', '--once', '--database-url', blog.url)
    await ended
    expect(written).toEqual({ stdout: '', stderr: '', code: 0 })
    // An embedder of the caller's makes them the worker's.
    expect((await blog.worker().status())[0]?.error).toContain('VZ504')
  })

  test('--watch ends on SIGINT; the config file names the database', async () => {
    vi.stubEnv('DATABASE_URL', undefined)
    await writeFile(join(folder, 'vectorizer.config.mjs'), `export default { database: '${blog.url}' }`)
    const { written, ended } = await run('status', '--watch', '0.05')
    await eventually(() => written.stdout.split('vectorizer  ').length > 2)
    process.emit('SIGINT')
    await ended
    expect(written.code).toBe(0)
    expect(written.stdout).toContain('your own vectors')
    const { written: refused, ended: over } = await run('status', '--watch', 'often')
    await over
    expect(refused.stderr).toContain('It must be a number of seconds, up to 86400.')
  })
})
