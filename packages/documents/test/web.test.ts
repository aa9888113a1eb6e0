// The web: hosts, the addresses they resolve to, redirects, limits; against a real server on this machine.
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createDocumentReader, type DocumentReaderOptions } from '../src/index.ts'
import { checkedHosts } from '../src/load/host-list.ts'
import { loadWeb } from '../src/load/web.ts'
import { rejected } from './support/rejected.ts'
import { webServer } from './support/web-server.ts'

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()
const hello = () => webServer((_, response) => void response.setHeader('content-type', 'text/plain').end('Hello'))
const readerOf = (origin: string, more: DocumentReaderOptions = {}) =>
  createDocumentReader({ privateHosts: [origin], ...more })

it('reads a document with its name and media type, asking for it unpacked and without credentials', async () => {
  await using server = await hello()
  const document = await readerOf(server.origin).load(`${server.origin}/docs/a%20b.txt?v=1`)
  expect({ ...document, bytes: text(document.bytes) }).toEqual({
    bytes: 'Hello',
    name: 'a b.txt',
    mediaType: 'text/plain',
  })
  expect(server.requests).toHaveLength(1)
  expect(server.requests[0]?.url).toBe('/docs/a%20b.txt?v=1')
  expect(server.requests[0]?.headers).toMatchObject({
    'accept-encoding': 'identity',
    'user-agent': 'prisma-vectorizer',
  })
  expect(server.requests[0]?.headers).not.toHaveProperty('authorization')
})

describe('the list of hosts', () => {
  it.each([
    ['docs.example.com', 'https://docs.example.com/a', true],
    ['docs.example.com', 'https://DOCS.example.com:443/a', true],
    ['https://docs.example.com', 'https://docs.example.com/a', true],
    ['docs.example.com', 'http://docs.example.com/a', false],
    ['docs.example.com', 'https://docs.example.com:8443/a', false],
    ['docs.example.com:8443', 'https://docs.example.com:8443/a', true],
    ['docs.example.com:8443', 'https://docs.example.com/a', false],
    ['http://docs.example.com', 'http://docs.example.com/a', true],
    ['http://docs.example.com', 'https://docs.example.com/a', false],
    ['docs.example.com', 'https://docs.example.com.evil.example/a', false],
    ['docs.example.com', 'https://evildocs.example.com/a', false],
    ['docs.example.com', 'https://docs.example.com./a', false],
    ['*.example.com', 'https://a.example.com/a', true],
    ['*.example.com', 'https://a.b.example.com/a', true],
    ['*.example.com', 'https://example.com/a', false],
    ['*.example.com', 'https://evilexample.com/a', false],
    ['bücher.example', 'https://xn--bcher-kva.example/a', true],
    ['8.8.8.8', 'https://134744072/a', true],
  ])('with %s: %s: %s', async (entry, uri, allowed) => {
    const stop = new Error('stop')
    const options = { hosts: checkedHosts([entry], []), maxBytes: 1, signal: AbortSignal.abort(stop) }
    // Allowed: the request is made, and ends by its signal before anything is connected.
    const outcome = await loadWeb(uri, options).catch((error) => error)
    expect(outcome.code).toBe(allowed ? 'ABORT_ERR' : 'VZ601')
  })

  it('refuses addresses with a user or password, without repeating them', async () => {
    const error = await rejected(createDocumentReader({ hosts: ['a.example'] }).load('https://me:hunter2@a.example/x'))
    expect(error.code).toBe('VZ601')
    expect(error.message).not.toMatch(/me:|hunter2/u)
  })
})

describe('addresses', () => {
  it('of this machine are refused for a host of `hosts`, however they are written', async () => {
    await using server = await hello()
    const reader = createDocumentReader({ hosts: [`http://localhost:${server.port}`] })
    const error = await rejected(reader.load(`http://localhost:${server.port}/`))
    expect(error.code).toBe('VZ601')
    expect(error.fact).toMatch(/^localhost has the address \S+, which is of this machine or a private network\.$/u)
    expect(error.fix).toContain('privateHosts')
    for (const host of ['2130706433', '0x7f.1', '0177.0.0.1', '127.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0']) {
      expect((await rejected(reader.load(`http://${host}:${server.port}/`))).code).toBe('VZ601')
    }
    expect(server.requests).toEqual([])
  })

  it('are checked once more where the address is the host, which no lookup sees', async () => {
    await using server = await hello()
    const entry = { protocol: 'http:', port: String(server.port), wildcard: false, mayBePrivate: false } as const
    const options = { hosts: [{ ...entry, name: '127.0.0.1' }], maxBytes: 100, signal: new AbortController().signal }
    const error = await rejected(loadWeb(server.origin, options))
    expect(error.fact).toBe('127.0.0.1 is of this machine or a private network.')
    expect(server.requests).toEqual([])
  })

  const resolving = (...answers: string[][]) => {
    const asked: string[] = []
    const resolve = async (name: string) => {
      asked.push(name)
      return (answers[asked.length - 1] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    }
    return { asked, resolve }
  }
  const load = (uri: string, lists: [string[], string[]], resolve: ReturnType<typeof resolving>['resolve']) =>
    loadWeb(uri, { hosts: checkedHosts(...lists), maxBytes: 100, signal: new AbortController().signal, resolve })

  it('are those connected to: a name is resolved once, and what it resolves to later does not matter', async () => {
    await using server = await hello()
    const { asked, resolve } = resolving(['127.0.0.1'], ['169.254.169.254'])
    const origin = `http://wiki.internal:${server.port}`
    expect(text((await load(`${origin}/`, [[], [origin]], resolve)).bytes)).toBe('Hello')
    expect(asked).toEqual(['wiki.internal'])
    expect(server.requests).toHaveLength(1)
  })

  it.each([
    ['a private one', ['127.0.0.1']],
    ['a public and a private one', ['8.8.8.8', '10.0.0.1']],
    ['a metadata service', ['169.254.169.254']],
    ['a mapped one', ['::ffff:10.0.0.1']],
  ])('are all checked: %s is refused for a public host', async (_, addresses) => {
    const { resolve } = resolving(addresses)
    const error = await rejected(load('http://a.example:9/', [['http://a.example:9'], []], resolve))
    expect(error.code).toBe('VZ601')
  })

  it.each(['169.254.169.254', 'fd00:ec2::254', 'fe80::1', '0.0.0.0', '224.0.0.1'])(
    '%s is refused for a private host too',
    async (address) => {
      const { resolve } = resolving([address])
      const error = await rejected(load('http://a.local:9/', [[], ['http://a.local:9']], resolve))
      expect(error.code).toBe('VZ601')
    },
  )
})

describe('redirects', () => {
  it('are followed five times, relative ones too, and no more', async () => {
    await using server = await webServer((request, response) => {
      const left = Number(request.url?.slice(1))
      if (left === 0) response.end('Hello')
      else response.writeHead(302, { location: `./${left - 1}` }).end('moved')
    })
    const reader = readerOf(server.origin)
    const document = await reader.load(`${server.origin}/5`)
    expect(text(document.bytes)).toBe('Hello')
    expect(document.name).toBe('0')
    const error = await rejected(reader.load(`${server.origin}/6`))
    expect(error.code).toBe('VZ602')
    expect(error.fact).toContain('redirects more than 5 times')
  })

  it.each([
    ['another host', (port: number) => `http://localhost:${port}/`],
    ['another port', () => 'http://127.0.0.1:9/'],
    ['https, which is not listed', (port: number) => `https://127.0.0.1:${port}/`],
    ['a metadata service', () => 'http://169.254.169.254/latest/meta-data/'],
    ['a file', () => 'file:///etc/passwd'],
    ['a bucket', () => 's3://bucket/key'],
    ['an address with a password', (port: number) => `http://me:hunter2@127.0.0.1:${port}/`],
    ['no address', () => 'http://[/'],
  ])('to %s are refused', async (_, target) => {
    await using server = await webServer(
      (_, response) => void response.writeHead(301, { location: target(server.port) }).end(),
    )
    const error = await rejected(readerOf(server.origin).load(`${server.origin}/`))
    expect(error.code).toBe('VZ601')
    expect(error.message).not.toContain('hunter2')
    if (/^(file|s3):/u.test(target(0)))
      expect(error.fact).toMatch(/redirects to (file|s3):.*, which is no web address/u)
    expect(server.requests).toHaveLength(1)
  })
})

describe('failures', () => {
  it.each([
    [404, 'Correct the address'],
    [403, 'No credentials are sent'],
    [500, undefined],
    [204, undefined],
    [304, undefined],
  ])('HTTP %i is VZ602, and the query is not repeated', async (status, fix) => {
    await using server = await webServer((_, response) => void response.writeHead(status).end())
    const error = await rejected(readerOf(server.origin).load(`${server.origin}/a?X-Amz-Signature=s3cr3t`))
    expect(error.code).toBe('VZ602')
    expect(error.fact).toBe(`${server.origin}/a?… answered HTTP ${status}.`)
    if (fix) expect(error.fix).toContain(fix)
    expect(error.message).not.toContain('s3cr3t')
  })

  it('a server that is not there, or ends in the middle, is VZ602', async () => {
    await using server = await webServer((_, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('Hello', () => response.destroy())
    })
    expect((await rejected(readerOf(server.origin).load(server.origin))).code).toBe('VZ602')
    await server[Symbol.asyncDispose]()
    const error = await rejected(readerOf(server.origin).load(server.origin))
    expect(error.code).toBe('VZ602')
    expect(error.fact).toContain('ECONNREFUSED')
  })

  it('a name that does not exist is VZ602', async () => {
    const error = await rejected(createDocumentReader({ hosts: ['nobody.invalid'] }).load('https://nobody.invalid/a'))
    expect(error.code).toBe('VZ602')
  })

  it('https is spoken where the address says so', async () => {
    await using server = await hello()
    const origin = server.origin.replace('http', 'https')
    expect((await rejected(readerOf(origin).load(`${origin}/`))).code).toBe('VZ602')
    expect(server.requests).toEqual([])
  })
})

describe('limits', () => {
  const megabyte = Buffer.alloc(1024 * 1024)

  it('of size: by what the server says, before the body is read', async () => {
    await using server = await webServer(
      (_, response) => void response.writeHead(200, { 'content-length': 101 }).flushHeaders(),
    )
    const error = await rejected(readerOf(server.origin, { maxBytes: 100, timeout: 20_000 }).load(server.origin))
    expect(error.code).toBe('VZ603')
  })

  it('of size: by what comes, at once and not at the end', async () => {
    await using server = await webServer((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(megabyte));
        response.once('drain', more)
      }
      more()
    })
    expect((await rejected(readerOf(server.origin).load(server.origin))).code).toBe('VZ603')
  })

  it('of size: after unpacking what came packed unasked', async () => {
    await using server = await webServer((request, response) => {
      const body = request.url === '/bomb' ? megabyte : Buffer.from('Hello')
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body))
    })
    const reader = readerOf(server.origin, { maxBytes: 100_000 })
    expect((await rejected(reader.load(`${server.origin}/bomb`))).code).toBe('VZ603')
    expect(text((await reader.load(`${server.origin}/a`)).bytes)).toBe('Hello')
  })

  it('of encoding: what cannot be unpacked is VZ602', async () => {
    await using server = await webServer((request, response) => {
      response.writeHead(200, { 'content-encoding': request.url?.slice(1) }).end('Hello')
    })
    const reader = readerOf(server.origin)
    expect((await rejected(reader.load(`${server.origin}/br`))).fact).toContain('comes in the encoding br')
    expect((await rejected(reader.load(`${server.origin}/gzip`))).code).toBe('VZ602')
  })

  it.each([
    ['that does not answer', false],
    ['that does not end', true],
  ])('of time: a server %s', async (_, answers) => {
    await using server = await webServer((_, response) => void (answers && response.write('Hello')))
    const error = await rejected(readerOf(server.origin, { timeout: 100 }).load(server.origin))
    expect(error.code).toBe('VZ602')
    expect(error.fact).toBe(`${server.origin} was not loaded within 100 ms.`)
  })

  it('of the caller: its signal ends the load and the connection', async () => {
    const reason = new Error('stop')
    const controller = new AbortController()
    let closed: Promise<unknown> | undefined
    await using server = await webServer((_, response) => {
      closed = new Promise((resolve) => response.on('close', resolve))
      response.write('Hello')
      setTimeout(() => controller.abort(reason), 20)
    })
    await expect(readerOf(server.origin).load(server.origin, { signal: controller.signal })).rejects.toBe(reason)
    await closed
    await expect(readerOf(server.origin).load(server.origin, { signal: controller.signal })).rejects.toBe(reason)
    expect(server.requests).toHaveLength(1)
  })
})
