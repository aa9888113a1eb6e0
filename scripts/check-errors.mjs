// docs/errors.md and the code table say the same: every code is documented, and nothing else is.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './process.mjs'

const codesIn = (path) => new Set(readFileSync(join(root, path), 'utf8').match(/\bVZ\d{3}\b/g))
const thrown = codesIn('packages/spec/src/error-codes.ts')
const documented = codesIn('docs/errors.md')

const problems = [
  ...[...thrown].filter((code) => !documented.has(code)).map((code) => `docs/errors.md does not list ${code}`),
  ...[...documented]
    .filter((code) => !thrown.has(code))
    .map((code) => `docs/errors.md lists ${code}, which no code throws`),
]
if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exit(1)
}
console.log(`${thrown.size} codes`)
