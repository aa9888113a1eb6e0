// What the types of `findSimilar` cost the compiler: type instantiations of an application of 300 models with 30
// vectorizers that searches each of them, against the same application with `findMany` in place of every search.
// TypeScript 7.0.2, 2026-11-21: the client alone 1,114, with the extension 32,968 (1,060 for each vectorizer and its twelve
// methods); 30 × findMany 34,246 (1,100 each), 30 × findSimilar 88,101: 1,840 for each search, 1.66 × a findMany.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeLargeApplication, prismaGenerate, root, writeApplication } from './support/large-application.ts'

const size = { models: 300, annotated: 30 }

export async function run(): Promise<void> {
  const folder = makeLargeApplication({
    ...size,
    config: (config) => `withVectorizer(${config}, { output: 'generated/vectorizer' })`,
  })
  try {
    prismaGenerate(folder)
    const client = compile(folder, `export const db = new PrismaClient({ adapter })\n`)
    const findMany = compile(folder, `export const db = new PrismaClient({ adapter })\n${calls('findMany')}`)
    const extended = compile(folder, `export const db = new PrismaClient({ adapter }).$extends(vectorizer())\n`)
    const findSimilar = compile(
      folder,
      `export const db = new PrismaClient({ adapter }).$extends(vectorizer())\n${calls('findSimilar')}`,
    )
    const line = (what: string, { instantiations, seconds }: Compiled, floor: Compiled) =>
      `  ${what.padEnd(44)} ${String(instantiations).padStart(9)}  ${(instantiations / floor.instantiations).toFixed(2)}   check ${(seconds / floor.seconds).toFixed(2)}`
    console.log(`\ntypes, ${size.models} models, ${size.annotated} vectorizers: instantiations, and check time`)
    console.log(`  1.00 = the same application with Prisma's own calls`)
    console.log(line('the client', client, client))
    console.log(line('the client with the extension', extended, client))
    console.log(line(`${size.annotated} × findMany`, findMany, findMany))
    console.log(line(`${size.annotated} × findSimilar`, findSimilar, findMany))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const calls = (method: 'findMany' | 'findSimilar'): string =>
  Array.from({ length: size.annotated }, (_, index) => {
    const query = method === 'findSimilar' ? `'a question', ` : ''
    const args = `{ take: 5, where: { title: { contains: 'a' } }, include: { parent: true } }`
    return `export const found${index} = (await db.document${index}.${method}(${query}${args}))[0]?.parent?.title\n`
  }).join('')

interface Compiled {
  readonly instantiations: number
  readonly seconds: number
}

function compile(folder: string, code: string): Compiled {
  writeApplication(folder, {
    'main.ts': `import { PrismaClient } from './generated/prisma/client.ts'
import { vectorizer } from './generated/vectorizer/index.ts'
export { vectorizer }
declare const adapter: ConstructorParameters<typeof PrismaClient>[0]['adapter'] & {}
${code}`,
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'es2023',
        module: 'nodenext',
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        allowImportingTsExtensions: true,
        types: [],
      },
      files: ['main.ts'],
    }),
  })
  const { stdout, status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder, '--extendedDiagnostics'],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(stdout)
  const value = (name: string) => Number(new RegExp(`^${name}:\\s*([\\d.]+)`, 'mu').exec(stdout)?.[1])
  return { instantiations: value('Instantiations'), seconds: value('Check time') }
}
