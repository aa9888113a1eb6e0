import { expect, test } from 'vitest'
import { openDatabase } from '../src/database/open-database.ts'
import { openBlog } from './support/blog.ts'

const prepared = async (url: string) => {
  const { database } = await openDatabase(url, 1)
  try {
    for (const number of [1, 2]) await database.query('SELECT $1::int AS number', [number])
    await database.transaction((connection) => connection.query('SELECT $1::int AS number', [3]))
    const [row] = await database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_prepared_statements WHERE statement = 'SELECT $1::int AS number'`,
    )
    return row?.count
  } finally {
    await database.close()
  }
}

test('statements are prepared once per connection where the URL says so, and embed as ever', async () => {
  await using blog = await openBlog()
  const url = (query: string) => `${blog.url}?${query}`
  expect(await prepared(blog.url)).toBe(0)
  expect(await prepared(url('statement_cache_size=0'))).toBe(0)
  expect(await prepared(url('statement_cache_size=100'))).toBe(1)
  expect(await prepared(url('statement_cache_size=100&pgbouncer=true'))).toBe(0)

  await blog.insert(Array.from({ length: 120 }, (_, number) => `Text ${number}.`))
  const worker = blog.worker({ database: url('statement_cache_size=100'), batchSize: 10 })
  expect(await worker.drain()).toMatchObject({ embedded: 120, failed: 0 })
  await blog.query(`UPDATE "BlogPost" SET content = content || ' More.'`)
  expect(await worker.drain()).toMatchObject({ embedded: 120, failed: 0 })
})

test('a statement whose result a migration changed fails once, and goes without a name then', async () => {
  await using blog = await openBlog()
  const { database } = await openDatabase(`${blog.url}?statement_cache_size=100`, 1)
  const read = () => database.query('SELECT * FROM "BlogPost" WHERE id >= $1', [0])
  try {
    expect(await read()).toEqual([])
    await blog.query('ALTER TABLE "BlogPost" ADD extra integer')
    await expect(read()).rejects.toMatchObject({ code: '0A000' })
    expect(await read()).toEqual([])
  } finally {
    await database.close()
  }
})
