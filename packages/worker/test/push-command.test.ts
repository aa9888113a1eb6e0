// What `prisma-vectorizer push` asks of the Prisma CLI: a program stands in its place that notes how it was called. The
// real one runs in test/push.test.ts.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../test/support/databases.ts'
import { runProgram } from '../src/program.ts'

let database: TestDatabase
let folder: string
beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database.close())
beforeEach(async () => {
  vi.stubEnv('DATABASE_URL', database.url)
  vi.stubEnv('PRISMA_VECTORIZER_MIGRATIONS', undefined)
  folder = await mkdtemp(join(tmpdir(), 'vectorizer-push-'))
  await mkdir(join(folder, 'node_modules/prisma/build'), { recursive: true })
  await writeFile(join(folder, 'node_modules/prisma/package.json'), '{ "name": "prisma" }')
  const columns = 'id Int @id\n  text String /// @vectorizer(dimensions: 3)\n'
  await writeFile(
    join(folder, 'schema.prisma'),
    `datasource db {\n  provider = "postgresql"\n}\n\nmodel Note {\n  ${columns}}\n`,
  )
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

/** Makes every call of Prisma end with `code`; answers how it was called, and what `push` said. */
async function push(code: number, ...args: string[]) {
  const calls = join(folder, 'calls')
  await writeFile(
    join(folder, 'node_modules/prisma/build/index.js'),
    `require('node:fs').appendFileSync(${JSON.stringify(calls)},
      process.argv.slice(2).join(' ') + ' migrations=' + process.env.PRISMA_VECTORIZER_MIGRATIONS + '\\n')
    process.exitCode = ${code}`,
  )
  let [exitCode, stderr] = [0, '']
  const write = (text: string | Uint8Array) => {
    stderr += String(text)
    return true
  }
  await runProgram(['push', ...args], {
    folder,
    stdout: { isTTY: false, write },
    stderr: { isTTY: false, columns: 80, write },
    setExitCode: (given) => {
      exitCode = given
    },
  })
  return { exitCode, stderr, calls: (await readFile(calls, 'utf8')).trim().split('\n') }
}

test('hands on what it was given, and the exit code of Prisma, after which it does no more', async () => {
  const { exitCode, calls } = await push(3, '--accept-data-loss', '--schema', 'schema.prisma', '--config=my.config.ts')
  expect(calls).toEqual(['db push --accept-data-loss --schema schema.prisma --config my.config.ts migrations=none'])
  expect(exitCode).toBe(3)
})

test('VZ206: a table that Prisma has made somewhere else', async () => {
  const { exitCode, stderr, calls } = await push(0)
  expect(calls).toEqual(['db push migrations=none'])
  expect(exitCode).toBe(1)
  expect(stderr).toContain(
    'VZ206 Note.text still waits for something that creates "Note", after `prisma db push`.\n  why: ',
  )
})

test('resets nothing', async () => {
  await expect(push(0, '--force-reset')).rejects.toThrow('calls')
})
