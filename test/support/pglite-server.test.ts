import pg from 'pg'
import { expect, test } from 'vitest'
import { startPgliteServer } from './pglite-server.ts'

test('clients with large parameters get their own rows', async () => {
  await using server = await startPgliteServer()
  const pool = new pg.Pool({ connectionString: server.url, max: 5 })
  const large = 'x'.repeat(3_000_000)
  const asked = Array.from({ length: 20 }, (_, number) => number)
  const sums = await Promise.all(
    asked.map(async (number) => {
      const { rows } = await pool.query(`select ${number} + $1::int as sum, length($2)`, [number, large.slice(number)])
      return rows[0].sum
    }),
  )
  await pool.end()
  expect(sums).toEqual(asked.map((number) => number * 2))
})

test('a setting of one client does not hold for the next', async () => {
  await using server = await startPgliteServer()
  const first = new pg.Client(server.url)
  await first.connect()
  await first.query('set search_path = elsewhere')
  await first.end()
  const second = new pg.Client(server.url)
  await second.connect()
  const { rows } = await second.query('show search_path')
  await second.end()
  expect(rows).toEqual([{ search_path: 'public' }])
})

test('a lazy server has the extension for its first client', async () => {
  await using server = await startPgliteServer({ lazy: true })
  const client = new pg.Client(server.url)
  await client.connect()
  await client.query('create extension vector')
  const { rows } = await client.query(`select '[1,2]'::vector <-> '[1,0]' as distance`)
  await client.end()
  expect(rows).toEqual([{ distance: 2 }])
})
