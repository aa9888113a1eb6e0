// What the generator adds to `prisma generate` on a schema of 100 models.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { interleaved, median } from './support/measure.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const models = 100
const annotated = 5
const rounds = 9

export async function run(): Promise<void> {
  const without = application({ vectorizer: false })
  const generatorOnly = application({ vectorizer: true, wrapped: false })
  const wrapped = application({ vectorizer: true, wrapped: true })
  try {
    const walls = { without: [] as number[], generatorOnly: [] as number[], wrapped: [] as number[] }
    const measured = (name: keyof typeof walls, folder: string) => async () => {
      const { cpu, wall } = generated(folder)
      walls[name].push(wall)
      return cpu
    }
    const cpu = await interleaved(
      {
        without: measured('without', without),
        generatorOnly: measured('generatorOnly', generatorOnly),
        wrapped: measured('wrapped', wrapped),
      },
      rounds,
    )
    const line = (name: keyof typeof walls, what: string) => {
      const [added, addedWall] = [cpu[name] - cpu.without, median(walls[name]) - median(walls.without)]
      console.log(
        `  ${what.padEnd(26)} +${added.toFixed(0)} ms CPU, +${addedWall.toFixed(0)} ms wall   target +300 ms ${added <= 300 ? 'held' : 'MISSED'}`,
      )
    }
    console.log(`\nprisma generate, ${models} models, ${annotated} annotated, median of ${rounds}`)
    console.log(
      `  Prisma Client alone         ${cpu.without.toFixed(0)} ms CPU,  ${median(walls.without).toFixed(0)} ms wall`,
    )
    line('generatorOnly', 'with our generator')
    line('wrapped', 'and withVectorizer')
  } finally {
    for (const folder of [without, generatorOnly, wrapped]) rmSync(folder, { recursive: true, force: true })
  }
}

function application({ vectorizer, wrapped = false }: { vectorizer: boolean; wrapped?: boolean }): string {
  const folder = mkdtempSync(join(tmpdir(), 'vectorizer-bench-'))
  mkdirSync(join(folder, 'prisma'))
  installPackages(folder)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const config = `{ schema: 'prisma/schema.prisma', datasource: { url: 'postgresql://localhost/none' } }`
  writeFileSync(
    join(folder, 'prisma.config.ts'),
    wrapped
      ? `import { withVectorizer } from '@prisma-vectorizer/generator'\nexport default withVectorizer(${config})\n`
      : `export default ${config}\n`,
  )
  writeFileSync(
    join(folder, 'prisma/schema.prisma'),
    `datasource db {\n  provider = "postgresql"\n}\n\ngenerator client {\n  provider = "prisma-client"\n  output   = "../generated/prisma"\n}\n\n${
      vectorizer
        ? 'generator vectorizer {\n  provider = "prisma-generator-vectorizer"\n  output   = "../generated/vectorizer"\n}\n\n'
        : ''
    }${Array.from({ length: models }, (_, index) => model(index, vectorizer && index < annotated)).join('\n\n')}\n`,
  )
  return folder
}

/** Ours as copies, as npm would install them: Prisma compiles what prisma.config.ts imports from outside node_modules. */
function installPackages(folder: string): void {
  const modules = join(folder, 'node_modules')
  const scope = '@prisma-vectorizer'
  mkdirSync(join(modules, scope), { recursive: true })
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== scope) symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  for (const name of ['spec', 'generator']) {
    for (const part of ['package.json', 'dist']) {
      cpSync(join(root, 'packages', name, part), join(modules, scope, name, part), { recursive: true })
    }
  }
}

const model = (index: number, annotate: boolean): string => `model Document${index} {
  id        Int      @id @default(autoincrement())
  title     String
  subtitle  String?
  createdAt DateTime @default(now())
  updatedAt DateTime @updatedAt
  views     Int      @default(0)
${annotate ? '  /// @vectorizer(dimensions: 768, template: "$title - $chunk")\n' : ''}  content   String
  parent    Document${index}?  @relation("tree", fields: [parentId], references: [id])
  parentId  Int?
  children  Document${index}[] @relation("tree")
}`

/** CPU and wall-clock milliseconds of one `prisma generate`, the generators' processes included. */
function generated(folder: string): { readonly cpu: number; readonly wall: number } {
  const started = performance.now()
  const startedCpu = childrenCpu()
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/prisma/build/index.js'), 'generate'],
    {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
        // Generating asks no engine anything, but without the variable the CLI would try to download one.
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        CHECKPOINT_DISABLE: '1',
      },
    },
  )
  if (status !== 0) throw new Error(stderr)
  return { cpu: childrenCpu() - startedCpu, wall: performance.now() - started }
}

/** CPU milliseconds of all child processes that have ended: steadier than wall time beside other load. Linux only. */
function childrenCpu(): number {
  try {
    // Fields 16 and 17 of /proc/self/stat, in ticks of 10 ms; the second field may hold spaces, so counted from behind it.
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /u, '')
      .split(' ')
    return (Number(fields[13]) + Number(fields[14])) * 10
  } catch {
    return performance.now()
  }
}
