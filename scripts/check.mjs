// `npm run check`: everything that is not a test. One line per check; the output of one only when it fails.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { binCommand, root } from './process.mjs'

const script = (name) => [process.execPath, [join('scripts', name)]]
const packages = readdirSync(join(root, 'packages')).map((folder) => ({
  folder: `packages/${folder}`,
  manifest: JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')),
}))
const published = packages.filter(({ manifest }) => !manifest.private)

const checks = [
  // First: the types need the generated sources, and attw looks at what is built.
  { name: 'build', command: script('build.mjs'), stop: true },
  { name: 'generated clients', command: script('generate.mjs'), stop: true },
  { name: 'types', command: binCommand('tsc', ['-p', 'tsconfig.json']) },
  { name: 'lint and format', command: binCommand('biome', ['ci', '--colors=off', '.']) },
  { name: 'import direction', command: script('check-imports.mjs') },
  { name: 'error codes', command: script('check-errors.mjs') },
  { name: 'machine paths', command: script('check-paths.mjs') },
  { name: 'unused code', command: binCommand('knip', []) },
  ...published.flatMap(({ folder, manifest }) => [
    { name: `publint ${manifest.name}`, command: binCommand('publint', ['--strict', folder]) },
    { name: `attw ${manifest.name}`, command: binCommand('attw', ['--pack', folder, '--profile', 'esm-only']) },
  ]),
]

const failed = []
for (const { name, command, stop } of checks) {
  const [program, args] = command
  const started = performance.now()
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, NO_COLOR: '1' },
  })
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5)
  const passed = status === 0
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${seconds} s  ${name}`)
  if (passed) continue
  failed.push(name)
  console.log([stdout, stderr, error && String(error)].filter(Boolean).join('\n'))
  if (stop) break
}
if (failed.length > 0) {
  console.log(`${failed.length} of ${checks.length} checks failed: ${failed.join(', ')}`)
  process.exit(1)
}
