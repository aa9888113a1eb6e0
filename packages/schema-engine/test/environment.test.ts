import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { schemaEngineEnvironment } from '../src/index.ts'
import { enginesFolder, holdsNativeEngine } from '../src/native-engine.ts'

beforeEach(() => {
  vi.stubEnv('PRISMA_SCHEMA_ENGINE_BINARY', undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

test('the stand-in is named by the absolute path of a file, unless the native engine was downloaded', () => {
  const { PRISMA_SCHEMA_ENGINE_BINARY: path, CHECKPOINT_DISABLE } = schemaEngineEnvironment()
  expect(CHECKPOINT_DISABLE).toBe('1')
  if (holdsNativeEngine(enginesFolder() ?? '')) expect(path).toBeUndefined()
  else expect([isAbsolute(path ?? ''), existsSync(path ?? '')]).toEqual([true, true])
})

test('an engine chosen by the user is kept', () => {
  vi.stubEnv('PRISMA_SCHEMA_ENGINE_BINARY', '/opt/schema-engine')
  expect(schemaEngineEnvironment()).toEqual({ CHECKPOINT_DISABLE: '1' })
})

test('the native engine is known by the name of its download', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vectorizer-engines-'))
  try {
    await writeFile(join(folder, 'package.json'), '{}')
    expect(holdsNativeEngine(folder)).toBe(false)
    await writeFile(join(folder, 'schema-engine-debian-openssl-3.0.x'), '')
    expect(holdsNativeEngine(folder)).toBe(true)
  } finally {
    await rm(folder, { recursive: true })
  }
})
