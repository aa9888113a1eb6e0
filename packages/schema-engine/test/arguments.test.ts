import { expect, test } from 'vitest'
import { parseArguments } from '../src/arguments.ts'

test('the command line of a request process is read', () => {
  const argv = ['--datamodels', '/a.prisma', '--datamodels', '/b.prisma', '--datasource', '{"url":"postgresql://h/d"}']
  expect(parseArguments(argv)).toEqual({
    command: 'rpc',
    datamodels: ['/a.prisma', '/b.prisma'],
    datasource: { url: 'postgresql://h/d' },
  })
})

test('options without a counterpart are read over with their values', () => {
  const argv = ['--enabled-preview-features', 'cli', '--extension-types', '[]', '--datamodels', '/a.prisma']
  expect(parseArguments(argv)).toEqual({ command: 'rpc', datamodels: ['/a.prisma'], datasource: {} })
})

test('a sub command after `cli` is read', () => {
  const argv = ['--datasource', '{"url":"postgresql://h/d"}', 'cli', 'create-database']
  expect(parseArguments(argv).command).toBe('create-database')
})

test('--version wins over the rest', () => {
  expect(parseArguments(['--version', 'cli']).command).toBe('version')
})

test.each([
  [['cli', 'dance'], '`cli dance` does not exist: choose one of can-connect-to-database'],
  [['cli'], '`cli` needs a value after it'],
  [['--datasource'], '`--datasource` needs a value after it'],
  [['--datasource', 'url'], 'is not JSON'],
])('%j is refused', (argv, message) => {
  expect(() => parseArguments(argv)).toThrow(message)
})
