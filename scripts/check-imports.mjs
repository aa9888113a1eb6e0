// Which way imports may point, checked over packages/*/src. ARCHITECTURE.md draws the same arrows.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { root } from './process.mjs'

/** What each package may import of ours, by folder; `from` limits an arrow to the files it matches. */
const arrows = {
  spec: [],
  'schema-engine': [],
  generator: [{ to: '@prisma-vectorizer/spec' }],
  'client-extension': [{ to: '@prisma-vectorizer/spec' }],
  documents: [{ to: '@prisma-vectorizer/spec' }],
  embedders: [{ to: '@prisma-vectorizer/spec' }],
  worker: [
    { to: '@prisma-vectorizer/spec' },
    { to: '@prisma-vectorizer/embedders' },
    // An optional peer, loaded where a vectorizer has documents.
    { to: '@prisma-vectorizer/documents', from: /^src\/documents\.ts/ },
    // An optional peer, of the commands that work on a schema: a worker in production does not install it.
    { to: '@prisma-vectorizer/generator/tools', from: /^src\/(generator-tools\.ts|commands|doctor|adopt|push)/ },
  ],
}

/** Prisma's shapes are touched in these files only: Prisma 8 drops generators and `$extends`. */
const prismaEdges = [
  { module: /^@prisma\/client(\/|$)/, only: ['packages/client-extension/src/prisma/types.ts'] },
  {
    module: /^@prisma\/(generator-helper|get-dmmf)$/,
    only: ['packages/generator/src/bin.ts', 'packages/generator/src/read/dmmf.ts'],
  },
]

/** Packages that run where there may be no file system. */
const noFiles = new Set(['spec', 'client-extension'])
const fileModules = /^(node:)?(fs|child_process)(\/|$)/

// Static imports stand above all code. Below it an `import` line is text: the generator writes modules in templates.
const firstCode =
  /^(?:export\s+)?(?:default|async|const|let|function|class|abstract|interface|declare|type\s+\w+\s*[<=])/m
const staticImports = /^(?:import|export)\b[^'";]*?\bfrom\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]/gm
const dynamicImports =
  /(?:\bimport(?:\.meta\.resolve)?|\brequire(?:\.resolve)?|\bcreateRequire\([^)]*\))\(\s*['"]([^'"]+)['"]/g

const problems = []
let files = 0
for (const folder of readdirSync(join(root, 'packages'))) {
  const source = join(root, 'packages', folder, 'src')
  if (!existsSync(source)) continue
  const allowed = arrows[folder]
  if (!allowed) {
    problems.push(`packages/${folder}: no arrows are listed for it in scripts/check-imports.mjs`)
    continue
  }
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.[cm]?[jt]s$/.test(entry.name)) continue
    const file = join(entry.parentPath, entry.name)
    files++
    for (const module of importsOf(readFileSync(file, 'utf8'))) {
      const problem = problemWith(module, file, folder, allowed)
      if (problem) problems.push(`${slashed(relative(root, file))}: imports ${module}: ${problem}`)
    }
  }
}

if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exit(1)
}
console.log(`${files} source files`)

function importsOf(text) {
  const code = text.search(firstCode)
  const head = code === -1 ? text : text.slice(0, code)
  const found = [...head.matchAll(staticImports), ...text.matchAll(dynamicImports)]
  return found.map(([, ...modules]) => modules.find((each) => each !== undefined))
}

function problemWith(module, file, folder, allowed) {
  const home = join(root, 'packages', folder)
  if (module.startsWith('.')) {
    const target = relative(home, resolve(dirname(file), module))
    if (target.startsWith('..')) return 'leaves its package'
    return target.startsWith(`test${sep}`) ? 'sources do not use tests' : undefined
  }
  if (module.startsWith('@prisma-vectorizer/')) {
    const arrow = allowed.find(({ to }) => to === module)
    if (!arrow) return `${folder} may not`
    if (arrow.from && !arrow.from.test(slashed(relative(home, file))))
      return `only files that match ${arrow.from.source} may`
    return undefined
  }
  if (folder === 'spec') return 'spec imports nothing'
  if (noFiles.has(folder) && fileModules.test(module)) return `${folder} touches no files`
  const edge = prismaEdges.find((each) => each.module.test(module))
  if (edge && !edge.only.includes(slashed(relative(root, file)))) return `only ${edge.only.join(' and ')} may`
  return undefined
}

function slashed(path) {
  return path.split(sep).join('/')
}
