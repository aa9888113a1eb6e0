// What `npm test` and `npm run demo` run first, so that each works on a fresh clone: installs when the lock file is
// newer than the last install, then builds (incrementally: 1 to 2 s when nothing changed). No dependencies of its own.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { root, run, runNode } from './process.mjs'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old: prisma-vectorizer and Prisma 7 need 20.19 or newer.`)
  process.exit(1)
}

const modified = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
if (modified('node_modules/.package-lock.json') < modified('package-lock.json')) {
  console.log('Installing dependencies …')
  // Install scripts are left out: the only ones here download Prisma's native engine, which many machines cannot
  // reach and none needs (packages/schema-engine stands in), and an npm older than 11 would fail on them.
  const npm = process.env.npm_execpath
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  if (npm) runNode(npm, args)
  else run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args)
}
runNode('scripts/build.mjs')
