import { expect, test } from 'vitest'
import { connectionError, EngineError, rpcError } from '../src/errors.ts'

const address = { host: 'db.test', port: '5432', user: 'ann', database: 'blog' }
const driverError = (code: string) => Object.assign(new Error('told by the driver'), { code })

test.each([
  ['3D000', 'P1003', 'Database `blog` does not exist'],
  ['42P04', 'P1009', 'Database `blog` already exists'],
  ['28P01', 'P1000', 'The server at `db.test:5432` refused the user `ann`'],
  ['28000', 'P1000', 'told by the driver'],
  ['42501', 'P1010', 'The user `ann` lacks a right on `blog`'],
  ['ECONNREFUSED', 'P1001', "Can't reach database server at `db.test:5432`"],
  ['ENOTFOUND', 'P1001', 'told by the driver'],
])('the driver code %s is %s', (driverCode, code, message) => {
  const error = connectionError(driverError(driverCode), address)
  expect(error.code).toBe(code)
  expect(error.message).toContain(message)
})

test('a host of several addresses fails with the reason of the first', () => {
  const error = connectionError(new AggregateError([driverError('ECONNREFUSED')]), address)
  expect(error.message).toBe("Can't reach database server at `db.test:5432`: told by the driver")
})

test('an unknown code keeps the message and gets no code', () => {
  const error = connectionError(driverError('53300'), address)
  expect([error.code, error.message]).toEqual([undefined, 'told by the driver'])
})

test('an error that has its code already is left alone', () => {
  const error = new EngineError('mine', { code: 'P1002' })
  expect(connectionError(error, address)).toBe(error)
})

test('an answer carries what the CLI looks for', () => {
  expect(rpcError({ message: 'text', code: 'P1003' })).toEqual({
    code: 4466,
    message: 'An error happened. Check the data field for details.',
    data: { is_panic: false, message: 'text', meta: null, error_code: 'P1003' },
  })
  expect(rpcError({ message: 'text', backtrace: 'stack' }).data).toMatchObject({ is_panic: true, backtrace: 'stack' })
})
