import { expect, test } from 'vitest'
import { parseConnectionUrl, withDatabase } from '../src/connection-url.ts'

test('parameters of Prisma are kept from the server', () => {
  const { address, schema, config } = parseConnectionUrl(
    'postgresql://u%40x:p@db.test:6432/my%20db?schema=app&connection_limit=1&connect_timeout=3&application_name=a',
  )
  expect(address).toEqual({ host: 'db.test', port: '6432', user: 'u@x', database: 'my db' })
  expect(schema).toBe('app')
  expect(config).toEqual({
    connectionString: 'postgresql://u%40x:p@db.test:6432/my%20db?application_name=a',
    connectionTimeoutMillis: 3000,
  })
})

test.each([
  ['sslmode=disable', false],
  ['sslmode=prefer', false],
  ['sslmode=require', { rejectUnauthorized: false }],
  ['sslmode=require&sslaccept=strict', { rejectUnauthorized: true }],
])('%s means what it means to Prisma', (parameters, ssl) => {
  const { config } = parseConnectionUrl(`postgresql://h/d?${parameters}`)
  expect(config).toEqual({ connectionString: 'postgresql://h/d', connectionTimeoutMillis: 15_000, ssl })
})

test('sslmode=verify-full is left to the driver', () => {
  const { config } = parseConnectionUrl('postgresql://h/d?sslmode=verify-full')
  expect(config.connectionString).toBe('postgresql://h/d?sslmode=verify-full')
  expect(config.ssl).toBeUndefined()
})

test('another database of the same server keeps the parameters', () => {
  expect(withDatabase('postgresql://u@h:1/d?sslmode=require', 'a b')).toBe('postgresql://u@h:1/a%20b?sslmode=require')
})

test.each([undefined, '', 'mysql://h/d', 'h/d'])('%j is refused', (url) => {
  expect(() => parseConnectionUrl(url)).toThrow('`url`')
})
