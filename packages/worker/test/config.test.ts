// vectorizer.config.ts and the environment, and which of them comes first.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readEnvironmentFlags } from '../src/arguments.ts'
import { settle, type WorkerFlags, withWorkerOptions } from '../src/commands/worker-flags.ts'
import { loadConfig } from '../src/config/load-config.ts'
import { findDatabaseUrl } from '../src/configuration.ts'
import { createWorker } from '../src/index.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vectorizer-config-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

const write = (text: string, name = 'vectorizer.config.ts') => writeFile(join(folder, name), text)

/** The error of a config whose default export is `settings`. */
async function problemOf(settings: string): Promise<string> {
  await write(`export default ${settings}`)
  return loadConfig(folder).then(
    () => 'none',
    (error: Error) => error.message,
  )
}

describe('vectorizer.config', () => {
  test('is not needed', async () => {
    expect(await loadConfig(folder)).toEqual({})
  })

  test('is TypeScript that imports defineConfig from the worker, wherever that is installed', async () => {
    await write(`import { defineConfig, type VectorizerConfig } from '@prisma-vectorizer/worker'
      const concurrency: number = 8
      export default defineConfig({ concurrency, health: { port: 9464 }, prices: { 'my/model': 0.02 } } satisfies VectorizerConfig)`)
    expect(await loadConfig(folder)).toEqual({ concurrency: 8, health: { port: 9464 }, prices: { 'my/model': 0.02 } })
  })

  test.each([
    ['vectorizer.config.mts', 'export default { batchSize: 7 as number }'],
    ['vectorizer.config.js', 'module.exports = { batchSize: 7 }'],
    ['vectorizer.config.mjs', 'export default { batchSize: 7 }'],
  ])('may be %s', async (name, text) => {
    await write(text, name)
    expect(await loadConfig(folder)).toEqual({ batchSize: 7 })
  })

  test('may have any name with --config', async () => {
    await write('export default { batchSize: 7 }', 'other.ts')
    expect(await loadConfig(folder, 'other.ts')).toEqual({ batchSize: 7 })
    await expect(loadConfig(folder, 'none.ts')).rejects.toThrow(
      'VZ518 There is no config file none.ts.\n  fix: Check the path after `--config`, or in PRISMA_VECTORIZER_CONFIG.',
    )
  })

  test('keeps functions and objects as they are', async () => {
    await write(`export class Reader { load() {} parse() {} }
      export default {
        models: { 'my/model': async () => [] }, splitters: { lines: (text) => text.split('\\n') },
        documents: new Reader(), embedder: async () => {},
      }`)
    const { models, splitters, documents, embedder } = await loadConfig(folder)
    expect([models?.['my/model'], embedder]).toEqual([expect.any(Function), expect.any(Function)])
    const lines = splitters?.['lines']
    expect(typeof lines === 'function' && lines('a\nb')).toEqual(['a', 'b'])
    expect(documents?.constructor.name).toBe('Reader')
  })

  test.each([
    ['{ concurency: 8 }', 'there is no setting `concurency`.', 'Did you mean `concurrency`?'],
    ['{ health: { prot: 1, port: 1 } }', 'there is no setting `health.prot`.', 'Did you mean `port`?'],
    [
      '{ limits: { openai: { perSecond: 3 } } }',
      'there is no setting `limits.openai.perSecond`.',
      'Known: requestsPerMinute, tokensPerMinute, concurrency.',
    ],
    ['{ concurrency: 0 }', '`concurrency` is 0.', '`concurrency` must be a whole number from 1 to 10000.'],
    ['{ batchSize: "50" }', '`batchSize` is a text of another kind.', 'a whole number from 1 to 10000'],
    ['{ health: {} }', '`health.port` is missing.', '`health.port` must be given.'],
    ['{ logLevel: "loud" }', '`logLevel` is a text of another kind.', 'one of debug, info, warn, error, silent'],
    ['{ prices: { "a/b": -1 } }', '`prices["a/b"]` is -1.', 'a number of dollars per million tokens'],
    ['{ models: [] }', '`models` is a list.', 'an object of models by name'],
    ['{ vectorizers: "A.b" }', '`vectorizers` is a text of another kind.', 'a list of names'],
    ['{ listen: 1 }', '`listen` is 1.', 'true or false'],
    ['[]', 'its default export is no object.', 'Write `export default { … }`.'],
  ])('refuses %s', async (settings, fact, fix) => {
    const message = await problemOf(settings)
    expect(message.startsWith(`VZ518 vectorizer.config.ts: ${fact}\n  fix: `)).toBe(true)
    expect(message).toContain(fix)
  })

  test('says all that is wrong at once, and repeats no value that may be secret', async () => {
    const message = await problemOf(
      '{ batchsize: 1, database: ["postgresql://me:secret@host/d"], concurrency: "s3cret" }',
    )
    expect(message).toContain('`concurrency` is')
    expect(message).toContain('`database` is a list')
    expect(message).toContain('there is no setting `batchsize`')
    expect(message).not.toMatch(/s.cret/)
  })

  test('limits of a provider that is not known are refused before anything is opened', () => {
    const limits = { opnai: { concurrency: 1 } }
    expect(() => createWorker({ database: undefined, limits })).toThrow('Did you mean "openai"?')
  })

  test('that throws says so', async () => {
    await write(`throw new Error('no such luck')`)
    await expect(loadConfig(folder)).rejects.toThrow(
      'VZ518 vectorizer.config.ts cannot be loaded.\n  why: no such luck\n',
    )
  })

  test('may name the database; the environment comes first, prisma.config.ts last', async () => {
    expect(
      await findDatabaseUrl(undefined, folder, { DATABASE_URL: 'postgresql://env/d' }, 'postgresql://config/d'),
    ).toBe('postgresql://env/d')
    expect(await findDatabaseUrl(undefined, folder, {}, 'postgresql://config/d')).toBe('postgresql://config/d')
  })
})

describe('flags and environment', () => {
  async function flagsOf(...args: string[]): Promise<WorkerFlags> {
    let flags: WorkerFlags = {}
    const command = withWorkerOptions(new Command('worker'))
      .exitOverride()
      .configureOutput({ outputError: () => {} })
      .hook('preAction', (parsed) => readEnvironmentFlags(parsed))
      .action((parsed: WorkerFlags) => {
        flags = parsed
      })
    await command.parseAsync(args, { from: 'user' })
    return flags
  }

  test('every flag may stand in the environment', async () => {
    const environment = {
      ONCE: 'true',
      VECTORIZER: 'A.b, C.d',
      CONCURRENCY: '8',
      BATCH_SIZE: '9',
      POLL_INTERVAL: '2s',
      LISTEN: '1',
      MAX_ATTEMPTS: '3',
      LEASE_SECONDS: '60',
      BUILD_INDEX_AFTER: 'on',
      EXIT_ON_ERROR: 'yes',
      HEALTH_PORT: '0',
      HEALTH_HOST: '0.0.0.0',
      LOG_LEVEL: 'warn',
    }
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(`PRISMA_VECTORIZER_${name}`, value)
    expect(await flagsOf()).toEqual({
      once: true,
      vectorizer: ['A.b', 'C.d'],
      concurrency: 8,
      batchSize: 9,
      pollInterval: 2_000,
      listen: true,
      maxAttempts: 3,
      leaseSeconds: 60,
      buildIndexAfter: true,
      exitOnError: true,
      healthPort: 0,
      healthHost: '0.0.0.0',
      logLevel: 'warn',
    })
  })

  test('a flag comes before the environment, that before the config, and that before the default', async () => {
    vi.stubEnv('PRISMA_VECTORIZER_CONCURRENCY', '8')
    vi.stubEnv('PRISMA_VECTORIZER_BATCH_SIZE', '8')
    vi.stubEnv('PRISMA_VECTORIZER_HEALTH_PORT', '8')
    const config = { concurrency: 1, batchSize: 1, maxAttempts: 1, health: { port: 1, host: '::1' }, gracePeriod: 5 }
    const settled = settle(await flagsOf('--concurrency', '9'), config)
    expect(settled).toMatchObject({ concurrency: 9, batchSize: 8, maxAttempts: 1, gracePeriod: 5, logLevel: 'info' })
    expect(settled).toMatchObject({ health: { port: 8, host: '::1' }, leaseSeconds: undefined })
  })

  test.each([
    ['false', false],
    ['0', false],
    ['no', false],
    ['off', false],
    ['', true],
  ])('%j in the environment, over a yes in the file, is %j', async (value, expected) => {
    vi.stubEnv('PRISMA_VECTORIZER_EXIT_ON_ERROR', value)
    expect(settle(await flagsOf(), { exitOnError: true }).exitOnError).toBe(expected)
  })

  test.each([
    ['ONCE', 'perhaps', 'PRISMA_VECTORIZER_ONCE must be true or false.'],
    ['CONCURRENCY', '', 'It must be a whole number from 1 to 10000.'],
    ['HEALTH_PORT', '70000', 'It must be a whole number from 0 to 65535.'],
  ])('%s=%j is refused', async (name, value, message) => {
    vi.stubEnv(`PRISMA_VECTORIZER_${name}`, value)
    await expect(flagsOf()).rejects.toThrow(message)
  })
})
