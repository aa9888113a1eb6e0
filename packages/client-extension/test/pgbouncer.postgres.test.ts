// Searches through PgBouncer in transaction mode: statements of one client run on any of its servers.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../test/support/databases.ts'
import { createVectorizer } from '../src/index.ts'
import { manifest } from './fixture/manifest.ts'
import { clientClasses, fixtureSql } from './support/clients.ts'

const east = [1, 0, 0]
const poolSize = 2

let database: TestDatabase
let bouncer: Bouncer
let db: ReturnType<typeof extend>

interface Bouncer {
  readonly url: string
  stop(): Promise<void>
}

const extend = (client: InstanceType<Awaited<ReturnType<typeof clientClasses>>['esm']>) =>
  client.$extends(createVectorizer(manifest)())

beforeAll(async () => {
  const program = findPgBouncer()
  database = await createDatabase({ sql: `${await fixtureSql('tables')}\n${await fixtureSql('rows')}` })
  bouncer = await startPgBouncer(program, new URL(database.url))
  const { esm } = await clientClasses()
  db = extend(new esm({ adapter: new PrismaPg({ connectionString: bouncer.url, max: 8 }) }))
})
afterAll(async () => {
  await db?.$disconnect()
  await bouncer?.stop()
  await database?.close()
})

const nearest = ['East', 'Northeast', 'North', 'West']

it('finds the same as without it, many at a time', async () => {
  const searches = Array.from({ length: 40 }, async (_, index) => {
    const posts = await db.blogPost.findSimilar(east, { efSearch: 100 + index, include: { author: true } })
    return posts.map(({ title }) => title)
  })
  const many = db.blogPost.findSimilarMany([east, east])
  expect(await Promise.all(searches)).toEqual(Array(40).fill(nearest))
  expect((await many).map((list) => list.map(({ title }) => title))).toEqual([nearest, nearest])
})

it('searches in transactions, interactive and not', async () => {
  const calls = Array.from({ length: 6 }, () =>
    db.$transaction(async (tx) => {
      await tx.blogPost.upsertEmbeddings({ data: [{ id: 5, chunk: 'further east', embedding: [2, 0, 0] }] })
      const found = await tx.blogPost.findSimilar(east, { take: 2, select: { title: true } })
      await tx.blogPost.deleteEmbeddings({ where: { id: 5 } })
      return found.map(({ title }) => title).sort()
    }),
  )
  expect(await Promise.all(calls)).toEqual(Array(6).fill(['East', 'Lost']))
  const [posts, count] = await db.$transaction([db.blogPost.findSimilar(east), db.author.count()])
  expect([posts.map(({ title }) => title), count]).toEqual([nearest, 2])
})

it('leaves the settings of every server as they were', async () => {
  const searches = Array.from({ length: 20 }, (_, index) =>
    index % 2 ? db.blogPost.findSimilar(east, { efSearch: 200 + index }) : db.blogPost.findSimilarMany([east, east]),
  )
  await Promise.all(searches)
  // One transaction on each server at a time, until all servers were seen.
  const clients = await Promise.all(
    Array.from({ length: poolSize }, async () => {
      const client = new pg.Client({ connectionString: bouncer.url })
      await client.connect()
      await client.query('BEGIN')
      return client
    }),
  )
  const servers = new Set<number>()
  for (const client of clients) {
    const { rows } =
      await client.query(`SELECT pg_backend_pid() AS server, current_setting('hnsw.ef_search', true) AS ef,
      current_setting('hnsw.iterative_scan', true) AS scan`)
    servers.add(rows[0].server)
    expect(rows[0]).toMatchObject({ ef: '40', scan: 'off' })
    const changed = await client.query(`SELECT name FROM pg_settings WHERE source = 'session' AND name LIKE '%.%'`)
    expect(changed.rows).toEqual([])
    await client.query('ROLLBACK')
    await client.end()
  }
  expect(servers.size).toBe(poolSize)
})

function findPgBouncer(): string {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  const found = folders.map((folder) => join(folder, 'pgbouncer')).find((path) => existsSync(path))
  if (found) return found
  throw new Error(
    'These tests need PgBouncer: there is no `pgbouncer` on PATH or in /usr/sbin. Install it, on Debian by `apt-get install pgbouncer`.',
  )
}

/** In front of the server of `database`, in transaction mode. */
async function startPgBouncer(
  program: string,
  { hostname, port, username, password, pathname }: URL,
): Promise<Bouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'vectorizer-pgbouncer-'))
  const listen = await freePort()
  const [config, log] = [join(folder, 'pgbouncer.ini'), join(folder, 'pgbouncer.log')]
  const login = `host=${hostname} port=${port || 5432} user=${username}${password ? ` password=${password}` : ''}`
  writeFileSync(
    config,
    `[databases]
* = ${login}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${poolSize}
logfile = ${log}
ignore_startup_parameters = extra_float_digits
`,
  )
  // It refuses to run as root, as PostgreSQL does.
  const owner = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {}
  if (owner.uid !== undefined) {
    for (const path of [folder, config]) chownSync(path, owner.uid, owner.gid)
  }
  const running = spawn(program, ['-q', config], { ...owner, stdio: 'ignore', cwd: folder })
  const ended = once(running, 'exit')
  const url = `postgresql://any@127.0.0.1:${listen}${pathname}`
  const stop = async () => {
    running.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await answering(url)
  } catch (cause) {
    const said = existsSync(log) ? readFileSync(log, 'utf8') : ''
    await stop()
    throw new Error(`PgBouncer did not start: ${said}`, { cause })
  }
  return { url, stop }
}

const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))

async function answering(url: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      await client.query('SELECT 1')
      return
    } catch (error) {
      if (attempt === 50) throw error
      await wait(100)
    } finally {
      await client.end().catch(() => {})
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { readonly port: number }
  server.close()
  return port
}
