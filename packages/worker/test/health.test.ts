// /healthz, /readyz, ports; the end at the first error; and what must never be said.

import { request } from 'node:http'
import { createServer } from 'node:net'
import { VectorizerError } from '@prisma-vectorizer/spec'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createCommandLogger } from '../src/command-logger.ts'
import { createPulse, type Pulse } from '../src/health/pulse.ts'
import { type HealthServer, startHealthServer } from '../src/health/server.ts'
import { createProgressBar } from '../src/progress.ts'
import { createPrometheusMetrics } from '../src/telemetry/prometheus.ts'
import { createRedactor } from '../src/telemetry/redact.ts'
import { type Blog, eventually, openBlog } from './support/blog.ts'
import { always, fakeEmbedder, gate, providerError, recordingLogger } from './support/fake-embedders.ts'

describe('the server', () => {
  let now = 0
  let pulse: Pulse
  let server: HealthServer
  beforeAll(async () => {
    pulse = createPulse(() => now)
    server = await startHealthServer(
      { port: 0 },
      pulse,
      createPrometheusMetrics(async () => []),
    )
  })
  afterAll(() => server.close())

  const get = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${server.port}${path}`, { method })
  const status = async (path: string) => (await get(path)).status

  test('/healthz fails when the loop has not come round for a minute', async () => {
    expect(await status('/healthz')).toBe(200)
    const end = pulse.begin()
    now += 59_000
    expect(await status('/healthz')).toBe(200)
    now += 1_000
    expect(await status('/healthz')).toBe(503)
    pulse.tick()
    expect(await status('/healthz')).toBe(200)
    now += 120_000
    end()
    expect(await status('/healthz')).toBe(200)
  })

  test('/readyz follows the database', async () => {
    expect(await status('/readyz')).toBe(503)
    pulse.polled(true)
    expect(await status('/readyz')).toBe(200)
    pulse.polled(false)
    expect(await (await get('/readyz')).text()).toBe('the database has not answered\n')
  })

  test('answers GET and HEAD of its three pages only', async () => {
    expect(await status('/metrics?x=1')).toBe(200)
    expect(await status('/')).toBe(404)
    expect(await status('/constructor')).toBe(404)
    expect((await get('/healthz', 'POST')).status).toBe(405)
    const head = await get('/healthz', 'HEAD')
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  test('listens on this machine alone unless told otherwise', async () => {
    const outside = request({ host: '127.0.0.2', port: server.port, path: '/healthz' })
    await expect(
      new Promise((resolve, reject) => outside.on('response', resolve).on('error', reject).end()),
    ).rejects.toThrow('ECONNREFUSED')
  })

  test('a port that is taken is VZ522', async () => {
    const metrics = createPrometheusMetrics(async () => [])
    await expect(startHealthServer({ port: server.port }, pulse, metrics)).rejects.toThrow(
      `VZ522 The health server cannot listen on 127.0.0.1:${server.port}.\n  why: Another process listens there, perhaps another worker.`,
    )
  })
})

describe('a worker', () => {
  let blog: Blog
  beforeAll(async () => {
    blog = await openBlog()
  })
  afterAll(() => blog[Symbol.asyncDispose]())
  beforeEach(async () => {
    await blog.query(
      `TRUNCATE "BlogPost" RESTART IDENTITY CASCADE; TRUNCATE vectorizer."BlogPost_embedding_store_queue"`,
    )
  })

  test('is alive before the database answers, ready when it has, and neither when it has stopped', async () => {
    const logger = recordingLogger()
    const provider = gate()
    await blog.insert(['One.'])
    const embedder = always(fakeEmbedder(() => provider.wait()))
    const worker = blog.worker({ logger, health: { port: 0 }, embedder, pollInterval: 10 })
    const running = worker.run()
    await provider.reached
    const port = Number(/on port (\d+)/.exec(logger.lines.join('\n'))?.[1])
    const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status
    expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 200])
    const stopping = worker.stop()
    expect(await status('/readyz')).toBe(503)
    provider.open()
    await stopping
    await running
    await expect(status('/healthz')).rejects.toThrow()
  })

  test('does not start on a port that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as { port: number }
    await expect(blog.worker({ health: { port } }).run()).rejects.toThrow('VZ522')
    await new Promise((resolve) => taken.close(resolve))
  })

  test('with exitOnError ends at the first outage, once what is in flight has finished', async () => {
    await blog.insert(['One.'])
    const down = always(
      fakeEmbedder(() => {
        throw providerError(401, false)
      }),
    )
    await expect(blog.worker({ embedder: down, exitOnError: true }).run()).rejects.toThrow(
      `VZ525 BlogPost.contentEmbeddings cannot be embedded.\n  why: VZ405 fake/good answered HTTP 401.\n  fix: `,
    )
    expect(await blog.queued()).toMatchObject([{ lease: null, attempts: 0 }])
    const broken = blog.worker({ exitOnError: true })
    await blog.query('ALTER TABLE "BlogPost" RENAME title TO heading')
    await expect(broken.run()).rejects.toThrow('`BlogPost` has no column `title`')
    await blog.query('ALTER TABLE "BlogPost" RENAME heading TO title')
    const away = blog.worker({ database: 'postgresql://u:p@127.0.0.1:1/d', exitOnError: true })
    await expect(away.run()).rejects.toThrow('VZ507')
  })

  test('with exitOnError goes on when a row fails', async () => {
    await blog.insert(['One.', 'Two.'])
    await blog.query(`ALTER TABLE "BlogPost_embedding_store" ADD CONSTRAINT no CHECK (chunk NOT LIKE '%One%')`)
    const worker = blog.worker({ exitOnError: true, pollInterval: 10 })
    const running = worker.run()
    await eventually(async () => (await blog.stored()).length === 1 && (await blog.queued())[0]?.error !== null)
    await worker.stop()
    await running
    await blog.query('ALTER TABLE "BlogPost_embedding_store" DROP CONSTRAINT no')
  })

  test.each([
    ['a row', (texts: readonly string[]) => texts.some((each) => each.includes('Confidential'))],
    ['every call', () => true],
  ] as const)('that fails at %s says nothing of a row, a key or a password', async (_, isRefused) => {
    const secrets = ['Confidential row text', 'sk-test-1234567890abcdef', 'key-of-no-known-form', 'pass%23word']
    const [text = '', key = '', odd = '', password = ''] = secrets
    vi.stubEnv('ODD_API_KEY', odd)
    await blog.insert([text, `${text} number two`])
    const written: string[] = []
    const output = { isTTY: false, columns: 80, write: (line: string | Uint8Array) => written.push(String(line)) > 0 }
    const logger = createCommandLogger('debug', output, createProgressBar(output))
    const loud = (texts: readonly string[]) => {
      if (!isRefused(texts)) return
      throw new VectorizerError('VZ405', {
        fact: `No: ${texts.join(' ')}, ${key}, ${odd}, postgresql://me:${password}@host/d, ${decodeURIComponent(password)}`,
      })
    }
    const worker = blog.worker({ logger, embedder: always(fakeEmbedder(loud)), health: { port: 0 }, maxAttempts: 1 })
    const { vectorizers } = await worker.drain()
    const port = /"port":(\d+)/.exec(written.join(''))?.[1]
    const shown = [
      ...written,
      JSON.stringify([vectorizers, await worker.status(), await worker.workers()]),
      await (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
      JSON.stringify(await blog.query('SELECT * FROM vectorizer.progress')),
      JSON.stringify(await blog.query('SELECT * FROM vectorizer.worker')),
    ].join('\n')
    vi.unstubAllEnvs()
    expect(shown).toContain('VZ405')
    for (const secret of [text, key, odd, password]) expect(shown).not.toContain(secret)
  })
})

test('the password of the database is taken out wherever it stands', () => {
  const redact = createRedactor('postgresql://me:pa%24%24word@host/db', {
    OPENAI_API_KEY: 'abcdef-key',
    HOME: '/home-sweet',
  })
  expect(redact('pa$$word pa%24%24word abcdef-key /home-sweet me')).toBe('… … … /home-sweet me')
  expect(createRedactor('postgresql://postgres:postgres@host/d', {})('role postgres')).toBe('role postgres')
  expect(redact('postgresql://u:other@h/d')).not.toContain('other')
})
