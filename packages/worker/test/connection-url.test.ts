import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { connectionConfig } from '../src/connection-url.ts'

/** What `pg` makes of it. */
const connection = (url: string) =>
  new pg.Client(connectionConfig(url) as pg.ClientConfig) as pg.Client & {
    connectionParameters: { options?: string; ssl: unknown }
  }

describe('a Prisma database URL', () => {
  test('keeps user, password, host, port and database', () => {
    expect(
      connection('postgresql://me:p%40ss%2Fw@db.example:6543/shop?schema=public&connection_limit=5'),
    ).toMatchObject({
      user: 'me',
      password: 'p@ss/w',
      host: 'db.example',
      port: 6543,
      database: 'shop',
    })
  })

  test('loses the parameters only Prisma knows', () => {
    const { connectionString } = connectionConfig(
      'postgresql://h/d?connection_limit=5&pool_timeout=2&pgbouncer=true&statement_cache_size=0&socket_timeout=3',
    )
    expect(connectionString).toBe('postgresql://h/d')
  })

  test.each([
    ['public', '-c search_path="public"'],
    ['My App', '-c search_path="My\\ App"'],
  ])('sets the search path to the schema: %s', (schema, options) => {
    expect(connection(`postgresql://h/d?schema=${schema}`).connectionParameters.options).toBe(options)
  })

  test('keeps options of its own beside the schema', () => {
    const { options } = connection('postgresql://h/d?options=-c%20jit%3Doff&schema=app').connectionParameters
    expect(options).toBe('-c jit=off -c search_path="app"')
  })

  test('waits as long for a connection as it says', () => {
    expect(connectionConfig('postgresql://h/d?connect_timeout=7').connectionTimeoutMillis).toBe(7_000)
  })

  test('accepts a self-signed certificate where Prisma would', () => {
    const { ssl } = connection('postgresql://h/d?sslmode=require&sslaccept=accept_invalid_certs').connectionParameters
    expect(ssl).toEqual({ rejectUnauthorized: false })
  })

  test.each(['prisma+postgres://accelerate.example/?api_key=secret', 'mysql://me:secret@h/d', 'secret'])(
    'of another kind is refused without being shown: %s',
    (url) => {
      expect(() => connectionConfig(url)).toThrow(/^VZ501/)
      expect(() => connectionConfig(url)).not.toThrow('secret')
    },
  )
})
