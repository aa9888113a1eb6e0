// Searches through PgBouncer in transaction mode: statements of one client run on any of its servers.
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../test/support/databases.ts'
import { type PgBouncer, startPgBouncer } from '../../../test/support/pgbouncer.ts'
import { createVectorizer } from '../src/index.ts'
import { manifest } from './fixture/manifest.ts'
import { clientClasses, fixtureSql } from './support/clients.ts'

const east = [1, 0, 0]
const poolSize = 2

let database: TestDatabase
let bouncer: PgBouncer
let db: ReturnType<typeof extend>

const extend = (client: InstanceType<Awaited<ReturnType<typeof clientClasses>>['esm']>) =>
  client.$extends(createVectorizer(manifest)())

beforeAll(async () => {
  database = await createDatabase({ sql: `${await fixtureSql('tables')}\n${await fixtureSql('rows')}` })
  bouncer = await startPgBouncer(database.url, poolSize)
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
