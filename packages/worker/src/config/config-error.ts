// VZ518: which setting of the config file is wrong, what it must be, and what to type. No text of it is repeated: it may
// hold a password or a key.
import { nearestName, VectorizerError } from '@prisma-vectorizer/spec'
import type * as v from 'valibot'
import { settingNames } from './schema.ts'

/** Names below the top. */
const nestedNames: Readonly<Record<string, readonly string[]>> = {
  health: ['port', 'host'],
  limits: ['requestsPerMinute', 'tokensPerMinute', 'concurrency'],
}

export function unreadableConfig(file: string, cause: unknown): VectorizerError {
  return new VectorizerError('VZ518', {
    fact: `${file} cannot be loaded.`,
    why: cause instanceof Error ? cause.message : String(cause),
    fix: 'Mend it: its default export is what the command uses.',
    cause,
  })
}

/** All issues in one error: mending one at a time is tiresome. */
export function invalidConfig(file: string, issues: readonly v.BaseIssue<unknown>[]): VectorizerError {
  const facts = issues.map(describe)
  return new VectorizerError('VZ518', {
    fact: `${file}: ${facts.map(({ fact }) => fact).join('; ')}.`,
    fix: facts.map(({ fix }) => fix).join(' '),
  })
}

interface Problem {
  readonly fact: string
  readonly fix: string
}

function describe(issue: v.BaseIssue<unknown>): Problem {
  const keys = (issue.path ?? []).map(({ key }) => String(key))
  const path = keys.reduce((before, key) => before + (/^\w+$/.test(key) ? `.${key}` : `["${key}"]`), '').slice(1)
  const name = keys.at(-1)
  if (name === undefined) return { fact: 'its default export is no object', fix: 'Write `export default { … }`.' }
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const known = keys.length === 1 ? settingNames : (nestedNames[keys[0] ?? ''] ?? [])
    const near = nearestName(name, known)
    return {
      fact: `there is no setting \`${path}\``,
      fix: near ? `Did you mean \`${near}\`?` : `Known: ${known.join(', ')}.`,
    }
  }
  // A key that is missing is an issue of the object it is missing in, whose message is not about the key.
  const must = issue.type === 'strict_object' && issue.received === 'undefined' ? 'given' : issue.message
  return { fact: `\`${path}\` is ${shown(issue.input)}`, fix: `\`${path}\` must be ${must}.` }
}

function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  if (value === undefined) return 'missing'
  if (typeof value === 'string') return value === '' ? 'an empty text' : 'a text of another kind'
  return Array.isArray(value) ? 'a list' : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`
}
