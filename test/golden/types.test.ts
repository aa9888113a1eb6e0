// What the compiler says of each fixture's searches, by its expected/types.ts: with the Prisma Client that Prisma itself
// generates from the expected schema, all in one run of `tsc`.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runNodeProgram } from '../support/command.ts'
import { type Golden, goldens, planGolden, readExpected } from './golden.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const modules = join(root, 'node_modules')
const env = {
  ...process.env,
  // The CLI downloads an engine it does not run here unless this names a file.
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  CHECKPOINT_DISABLE: '1',
  NO_COLOR: '1',
}
const tsconfig = {
  extends: join(root, 'tsconfig.base.json'),
  compilerOptions: { noEmit: true, skipLibCheck: false, customConditions: ['@prisma-vectorizer/source'] },
  include: ['*/types.ts'],
}

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vectorizer-types-'))
  await symlink(modules, join(folder, 'node_modules'), 'junction')
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'types', private: true, type: 'module' }))
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig))
  // Two at a time: each is a process of its own.
  await Promise.all(
    [0, 1].map(async (half) => {
      for (const golden of goldens.filter((_, index) => index % 2 === half)) await prepare(golden)
    }),
  )
}, 300_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

test('every claim of expected/types.ts holds', async () => {
  const { code, stdout } = await runNodeProgram([join(modules, 'typescript/bin/tsc'), '-p', 'tsconfig.json'], {
    cwd: folder,
    env,
    code: 'any',
  })
  expect(stdout).toBe('')
  expect(code).toBe(0)
})

/** The fixture's expected module and types, and the client that they import. */
async function prepare(golden: Golden): Promise<void> {
  const target = join(folder, golden.name)
  const { schema } = planGolden(golden)
  for (const [path, text] of Object.entries(schema)) await write(join(target, path), withClient(path, text))
  for (const path of ['index.ts', 'types.ts']) await write(join(target, path), readExpected(golden, path))
  const where = 'schema.prisma' in schema ? 'schema.prisma' : 'schema'
  await runNodeProgram(
    [join(modules, 'prisma/build/index.js'), 'generate', '--schema', where, '--generator', 'client', '--no-hints'],
    { cwd: target, env },
  )
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

/** Most fixtures have no generator block of their own. */
function withClient(path: string, text: string): string {
  if (!text.includes('datasource db') || text.includes('generator client')) return text
  const output = path === 'schema.prisma' ? './client' : '../client'
  return `${text}\ngenerator client {\n  provider = "prisma-client"\n  output   = "${output}"\n}\n`
}
