// How the engine's process answers and ends.
import { expect, test } from 'vitest'
import { startPgliteServer } from '../../../test/support/pglite-server.ts'
import { startEngine } from './support/engine-process.ts'

const unreachable = { url: 'postgresql://postgres@127.0.0.1:1/none' }

/** The reason the CLI reads: it skips the first line, and takes the last error of the engine's logger. */
function reportedError(stderr: string): unknown {
  const lines = stderr.trim().split('\n').slice(1)
  return lines.map((line) => JSON.parse(line)).findLast(({ level }) => level === 'ERROR')?.fields
}

test('requests are answered by their number, and the process ends with its input', async () => {
  await using server = await startPgliteServer()
  const engine = startEngine({ url: server.url })
  const datasource = { tag: 'ConnectionString', url: server.url }
  const [first, second] = [
    await engine.request('getDatabaseVersion', { datasource }),
    await engine.request('ensureConnectionValidity', { datasource }),
  ]
  expect(first).toEqual({ jsonrpc: '2.0', id: 1, result: expect.stringContaining('PostgreSQL') })
  expect(second).toEqual({ jsonrpc: '2.0', id: 2, result: {} })
  engine.endInput()
  expect(await engine.ended).toEqual({ code: 0, stderr: '' })
})

test('a panic answers the pending request and ends the process with 101', async () => {
  await using server = await startPgliteServer()
  const engine = startEngine({ url: server.url })
  const { id, error } = await engine.request('debugPanic', {})
  expect(id).toBe(1)
  expect(error?.data).toMatchObject({ is_panic: true, message: expect.stringContaining('debugPanic') })
  const { code, stderr } = await engine.ended
  expect(code).toBe(101)
  expect(stderr).toContain('"is_panic":true')
})

test('a request that cannot be read is answered too', async () => {
  await using server = await startPgliteServer()
  const engine = startEngine({ url: server.url })
  const { error } = await engine.request('devDiagnostic', { migrationsList: 'none' })
  expect(error?.data['message']).toContain('invalid type')
  expect((await engine.ended).code).toBe(101)
})

test('a server that does not answer fails the request with P1001 and the process goes on', async () => {
  const engine = startEngine(unreachable)
  const datasource = { tag: 'ConnectionString', ...unreachable }
  const first = await engine.request('getDatabaseVersion', { datasource })
  const second = await engine.request('getDatabaseVersion', { datasource })
  expect(first.error?.data['error_code']).toBe('P1001')
  expect(second.error?.data['error_code']).toBe('P1001')
  engine.endInput()
  expect((await engine.ended).code).toBe(0)
})

test('cli can-connect-to-database ends with 0 where there is a database', async () => {
  await using server = await startPgliteServer()
  const { code } = await startEngine({ url: server.url }, ['cli', 'can-connect-to-database']).ended
  expect(code).toBe(0)
})

test('cli can-connect-to-database reports P1001 to the log and ends with 1', async () => {
  const { code, stderr } = await startEngine(unreachable, ['cli', 'can-connect-to-database']).ended
  expect(code).toBe(1)
  expect(reportedError(stderr)).toMatchObject({ error_code: 'P1001', message: expect.stringContaining('127.0.0.1:1') })
})

test('SIGTERM between requests ends the process with 0', async () => {
  const engine = startEngine(unreachable)
  await engine.request('getDatabaseVersion', { datasource: { tag: 'ConnectionString', ...unreachable } })
  engine.kill('SIGTERM')
  expect((await engine.ended).code).toBe(0)
})
