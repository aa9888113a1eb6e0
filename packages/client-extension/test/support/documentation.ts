// The examples of a document: its ```ts blocks as one module that can be compiled and run, and the SQL shown below them.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runNodeProgram } from '../../../../test/support/command.ts'

export interface Example {
  readonly heading: string
  readonly line: number
  readonly code: string
  /** Every statement that it sends, in order; undefined where the document shows none. */
  readonly sql: readonly string[] | undefined
}

export type RunExample = (db: unknown, prisma: unknown, east: readonly number[]) => Promise<void>

export interface ExampleModule {
  readonly run: readonly RunExample[]
  /** Path of the module that the examples import `vectorizer` from. */
  readonly vectorizer: string
  /** Compiles all of them as an application's strict compiler would. */
  check(): Promise<void>
  remove(): Promise<void>
}

/** A ```sql block belongs to the ```ts block right before it. Throws where there is none: its SQL would not be compared. */
export async function examplesOf(document: URL): Promise<readonly Example[]> {
  const text = await readFile(document, 'utf8')
  const blocks = [...text.matchAll(/^#+ (.*)$|^```(\w+)\n([\s\S]*?)^```$/gmu)]
  const examples: Example[] = []
  let heading = ''
  for (const [index, [, title, language, code = '']] of blocks.entries()) {
    if (title !== undefined) heading = title
    if (language === 'sql' && blocks[index - 1]?.[2] !== 'ts') throw new Error(`SQL of no example: ${code}`)
    if (language !== 'ts') continue
    const [, , next, sql = ''] = blocks[index + 1] ?? []
    const line = text.slice(0, blocks[index]?.index).split('\n').length
    examples.push({ heading, line, code, sql: next === 'sql' ? sql.split(/;$/mu) : undefined })
  }
  return examples
}

/** What a statement has to be like that is shown as `shown`: `…` stands for what the document leaves out. */
export function patternOf(shown: string): RegExp {
  const parts = withoutLayout(shown).split('…')
  const escaped = parts.map((part) => part.trim().replaceAll(/[.*+?^${}()|[\]\\]/gu, '\\$&'))
  return new RegExp(`^${escaped.join('.*')}$`, 'u')
}

export const withoutLayout = (sql: string): string =>
  sql
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/([(,]) /gu, '$1')
    .replaceAll(' )', ')')
    .trim()

const generated = fileURLToPath(new URL('../fixture/generated', import.meta.url))

/** `vectorizer`: the module that the generator would have written, for the folder that it names its imports from. */
export async function exampleModule(examples: readonly Example[], vectorizer: string): Promise<ExampleModule> {
  const folder = join(generated, `examples-${process.pid}`)
  const imports = new Set(examples.flatMap(({ code }) => code.match(importLine) ?? []))
  const bodies = examples.map(
    ({ code, line }) =>
      `  // line ${line}\n  async (db: Db, prisma: PrismaClient, east: number[]) => {\n    {\n${code.replaceAll(importLine, '')}    }\n  },`,
  )
  const files = {
    'generated/prisma/client.ts': "export * from '../../../client/client.ts'\n",
    'generated/vectorizer/index.ts': vectorizer,
    'examples.ts': `${[...imports].join('\n')}\n${database}\nexport const run = [\n${bodies.join('\n')}\n]\n`,
    'tsconfig.json': JSON.stringify({ extends: '../../../../../../tsconfig.json', include: ['.'], exclude: [] }),
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  const { resolve } = createRequire(import.meta.url)
  const compiler = join(dirname(resolve('typescript/package.json')), 'bin/tsc')
  const { run } = (await import(join(folder, 'examples.ts'))) as { readonly run: readonly RunExample[] }
  return {
    run,
    vectorizer: join(folder, 'generated/vectorizer/index.ts'),
    async check() {
      await runNodeProgram([compiler, '-p', folder], { cwd: folder, env: process.env })
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

const importLine = /^import .*\n/gmu

// What the examples are run with. The document's first example imports PrismaClient and vectorizer.
const database = `const extend = (client: PrismaClient) => client.$extends(vectorizer())
type Db = ReturnType<typeof extend>
`
