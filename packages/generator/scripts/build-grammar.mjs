// src/annotation/grammar.peggy → grammar.js + grammar.d.ts beside it. At build time, so that peggy is no dependency of
// the published package.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import peggy from 'peggy'

const folder = new URL('../src/annotation/', import.meta.url)
const source = new URL('grammar.peggy', folder)
const modified = (url) => statSync(url, { throwIfNoEntry: false })?.mtimeMs ?? 0

const dist = new URL('../dist/annotation/', import.meta.url)
if (
  modified(new URL('grammar.js', dist)) < modified(source) ||
  modified(new URL('grammar.js', folder)) < modified(source)
) {
  const code = peggy.generate(readFileSync(source, 'utf8'), { output: 'source', format: 'es' })
  // tsc copies no plain JavaScript: the build folder gets its own copy.
  mkdirSync(dist, { recursive: true })
  writeFileSync(new URL('grammar.js', folder), code)
  writeFileSync(new URL('grammar.js', dist), code)
  writeFileSync(
    new URL('grammar.d.ts', folder),
    `import type { ArgumentNode } from './syntax.ts'

export class SyntaxError extends Error {
  readonly expected: readonly { readonly type: string; readonly description?: string; readonly text?: string }[] | null
  readonly found: string | null
  readonly location: { readonly start: { readonly offset: number } }
}
export function parse(input: string): { readonly args: readonly ArgumentNode[] }
`,
  )
}
