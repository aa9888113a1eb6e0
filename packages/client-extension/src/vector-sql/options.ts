// What may follow the vector, checked before any SQL is made of it.

import { nearestName, VectorizerError } from '@prisma-vectorizer/spec'
import { shown } from '../arguments/argument-readers.ts'
import type { ColumnOptions, DistanceOptions } from './types.ts'

export const columnOptions = ['alias'] as const
export const distanceOptions = ['alias', 'exact'] as const

/** Throws VZ306. */
export function parseOptions(given: unknown, known: readonly string[], where: string): DistanceOptions & ColumnOptions {
  if (given === undefined) return {}
  if (typeof given !== 'object' || given === null) throw wrong(where, 'the options', given, `{ ${known.join(', ')} }`)
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue
    const nearest = nearestName(name, known)
    throw new VectorizerError('VZ306', {
      fact: `${where}: there is no option \`${name}\`.`,
      why: `It takes ${known.join(', ')}.`,
      fix: nearest ? `Did you mean \`${nearest}\`?` : 'Remove it.',
    })
  }
  const { alias, exact } = given as DistanceOptions
  if (alias !== undefined && (typeof alias !== 'string' || alias === '' || alias.includes('\0'))) {
    throw wrong(where, '`alias`', alias, 'what the query calls the table')
  }
  if (exact !== undefined && typeof exact !== 'boolean') throw wrong(where, '`exact`', exact, 'true or false')
  return { ...(alias === undefined ? {} : { alias }), ...(exact === undefined ? {} : { exact }) }
}

const wrong = (where: string, what: string, value: unknown, takes: string) =>
  new VectorizerError('VZ306', {
    fact: `${where}: ${what} ${what.startsWith('`') ? 'is' : 'are'} ${shown(value)}.`,
    fix: `Pass ${takes}.`,
  })
