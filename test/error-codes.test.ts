// Errors are interface: every code has an entry in docs/errors.md and a test of what it says.
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { errorCodes } from '@prisma-vectorizer/spec'
import { expect, test } from 'vitest'
import { runNodeProgram } from './support/command.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const codes = Object.keys(errorCodes)

/** Every test of the repository, this one aside. */
const tests = ['test', ...readdirSync(join(root, 'packages')).map((name) => join('packages', name, 'test'))]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  )
  .filter((path) => /\.(test\.ts|snap)$/u.test(path) && !path.endsWith('error-codes.test.ts'))
  .map((path) => readFileSync(join(root, path), 'utf8'))
  .join('\n')

test.each(codes)('%s is documented, and tested by its message', (code) => {
  const entry = new RegExp(`^\\| ${code} \\| \\S.+ \\| .+ \\|$`, 'mu')
  expect(readFileSync(join(root, 'docs/errors.md'), 'utf8')).toMatch(entry)
  const isTested = code === 'VZ509' || tests.includes(code)
  expect(isTested).toBe(true)
})

test('VZ509 says that a command needs the generator, where only the worker is installed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vectorizer-worker-only-'))
  try {
    const modules = join(folder, 'node_modules')
    await mkdir(join(modules, '@prisma-vectorizer'), { recursive: true })
    for (const name of await readdir(join(root, 'node_modules'))) {
      if (name !== '@prisma-vectorizer') await symlink(join(root, 'node_modules', name), join(modules, name))
    }
    for (const name of ['worker', 'spec', 'embedders']) {
      await symlink(join(root, 'packages', name), join(modules, '@prisma-vectorizer', name))
    }
    const program = join(modules, '@prisma-vectorizer/worker/bin/prisma-vectorizer.js')
    const { code, stderr } = await runNodeProgram(
      ['--preserve-symlinks', '--preserve-symlinks-main', program, 'push'],
      { cwd: folder, env: process.env, code: 'any' },
    )
    expect(code).toBe(1)
    expect(
      stderr,
    ).toBe(`VZ509 @prisma-vectorizer/generator is not installed, and \`prisma-vectorizer push\` reads the schema with it.
  fix: Run \`npm install --save-dev @prisma-vectorizer/generator\`.
`)
  } finally {
    await rm(folder, { recursive: true })
  }
})
