// A database of its own for each benchmark, dropped afterwards.
import { randomBytes } from 'node:crypto'
import pg from 'pg'

export async function withDatabase(
  serverUrl: string,
  work: (url: string, client: pg.Client) => Promise<void>,
): Promise<void> {
  const name = `vectorizer_bench_${randomBytes(4).toString('hex')}`
  const admin = new pg.Client(serverUrl)
  await admin.connect()
  try {
    await admin.query(`create database ${name}`)
    const url = new URL(serverUrl)
    url.pathname = `/${name}`
    const client = new pg.Client(url.toString())
    await client.connect()
    try {
      await work(url.toString(), client)
    } finally {
      await client.end()
    }
  } finally {
    await admin.query(`drop database if exists ${name} with (force)`)
    await admin.end()
  }
}
