// The README's own example, typed exactly as printed into a new folder outside the repository, with the packages
// installed from the tarballs that npm would publish.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { schemaEngineEnvironment } from '@prisma-vectorizer/schema-engine'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runNodeProgram, runProgram } from './support/command.ts'
import { createDatabase, type TestDatabase } from './support/databases.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const published = ['spec', 'generator', 'client-extension', 'embedders', 'worker']

let folder: string
let database: TestDatabase

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vectorizer-readme-'))
  database = await createDatabase()
})
afterAll(async () => {
  await database.close()
  await rm(folder, { recursive: true, force: true })
})

it('runs the example of the README as printed', { timeout: 300_000 }, async () => {
  const blocks = exampleBlocks(await readFile(join(root, 'README.md'), 'utf8'))
  const tarballs = await pack(join(folder, 'tarballs'))
  const application = join(folder, 'application')
  await mkdir(application)
  const env = {
    ...process.env,
    ...schemaEngineEnvironment(),
    NO_COLOR: '1',
    DATABASE_URL: database.url,
    SHADOW_DATABASE_URL: database.shadowUrl,
  }
  // PGlite has one database, so Prisma needs to be told of another for its shadow; on PostgreSQL it makes its own.
  const asPrinted = (text: string) =>
    database.shadowUrl
      ? text.replace(
          "url: env('DATABASE_URL')",
          "url: env('DATABASE_URL'), shadowDatabaseUrl: env('SHADOW_DATABASE_URL')",
        )
      : text

  for (const { path, text } of blocks.files) {
    await mkdir(dirname(join(application, path)), { recursive: true })
    await writeFile(join(application, path), asPrinted(text))
  }
  let output = ''
  for (const command of blocks.commands) {
    // From tarballs instead of the registry, and the one that the others depend on with them.
    const installed = command
      .replace(/@prisma-vectorizer\/(\w+)/gu, (name) => tarballs.get(name) ?? name)
      .replace('npm install ', `npm install ${tarballs.get('@prisma-vectorizer/spec')} `)
    output = (await runProgram('sh', ['-ec', installed], { cwd: application, env, patience: 200_000 })).stdout
  }
  await writeFile(join(application, 'tsconfig.json'), JSON.stringify(applicationTypes))
  await runNodeProgram([join(root, 'node_modules/typescript/bin/tsc'), '-p', application], { cwd: application, env })

  const lines = output.trim().split('\n')
  expect(lines[0]).toMatch(/^0\.\d\d Indexes Ada \| Indexes - An HNSW index finds the nearest vectors fast\.$/u)
  expect(lines[1]).toMatch(/Bread Ada/u)
  expect(lines[2]).toBe('Bread')
  expect(lines[3]).toBe('Indexes - An HNSW index finds the nearest vectors fast.')
  expect(lines[4]).toBe('Bread')
  expect(output).not.toContain('Draft')
})

/** What `tsc --init` would say, and what importing `./db.ts` by its name needs. */
const applicationTypes = {
  compilerOptions: {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    target: 'ES2022',
    module: 'NodeNext',
    allowImportingTsExtensions: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    skipLibCheck: false,
  },
  include: ['*.ts'],
}

/** Name of each published package → its tarball. */
async function pack(target: string): Promise<ReadonlyMap<string, string>> {
  await mkdir(target)
  const args = [
    'pack',
    '--json',
    '--pack-destination',
    target,
    ...published.flatMap((name) => ['-w', `packages/${name}`]),
  ]
  const { stdout } = await runProgram('npm', args, { cwd: root, env: process.env })
  const packed = JSON.parse(stdout) as { readonly name: string; readonly filename: string }[]
  return new Map(packed.map(({ name, filename }) => [name, join(target, filename)]))
}

/** The "Use it" section: a block that starts with a comment naming a file is that file, a `sh` block is commands. */
function exampleBlocks(readme: string): {
  readonly files: readonly { readonly path: string; readonly text: string }[]
  readonly commands: readonly string[]
} {
  const section = /\n## Use it\n([\s\S]*?)\n## /u.exec(readme)?.[1] ?? ''
  const blocks = [...section.matchAll(/```(\w+)\n([\s\S]*?)```/gu)].map(([, language, text]) => ({
    language,
    text: text ?? '',
  }))
  const files = blocks.flatMap(({ text }) => {
    const path = /^\/\/ (\S+\.\w+)\n/u.exec(text)?.[1]
    return path === undefined ? [] : [{ path, text }]
  })
  return { files, commands: blocks.filter(({ language }) => language === 'sh').map(({ text }) => text) }
}
