// What the caller wrote, checked before any SQL runs or a provider is called.
import { nearestName, VectorizerError } from '@prisma-vectorizer/spec'
import type { Searchable, SearchTarget } from './search-target.ts'

/** Arguments of `findMany` that `findSimilar` passes on. */
export interface RowArguments {
  readonly where?: object | undefined
  readonly select?: Readonly<Record<string, unknown>> | undefined
  readonly include?: Readonly<Record<string, unknown>> | undefined
  readonly omit?: Readonly<Record<string, unknown>> | undefined
}

/** A checked search: by which vectors, how many rows, and which of their fields. */
export interface SearchArguments {
  readonly search: Searchable
  readonly take: number
  readonly rows: RowArguments
}

const rowArguments = ['where', 'select', 'include', 'omit'] as const
const known = [...rowArguments, 'take', 'vectorizer'] as const
const defaultTake = 10
const maxTake = 10_000

/** Throws VZ305 (vectorizer) or VZ306 (anything else). */
export function parseArguments(target: SearchTarget, args: unknown): SearchArguments {
  const where = `${target.model}.findSimilar`
  if (args !== undefined && (typeof args !== 'object' || args === null || Array.isArray(args))) {
    throw new VectorizerError('VZ306', {
      fact: `${where}: the second argument is ${args === null ? 'null' : typeof args}, not an object.`,
      fix: `Write findSimilar(query, { take: 5 }).`,
    })
  }
  const given = (args ?? {}) as Readonly<Record<string, unknown>>
  for (const name of Object.keys(given)) assertKnown(name, where)
  const rows: Record<string, unknown> = {}
  for (const name of rowArguments) {
    const value = given[name]
    if (value === undefined || value === null) continue
    if (typeof value !== 'object') throw notAnObject(where, name, value)
    rows[name] = value
  }
  assertOneShape(rows, where)
  return { search: chooseVectorizer(target, given['vectorizer'], where), take: parseTake(given['take'], where), rows }
}

function assertKnown(name: string, where: string): void {
  if ((known as readonly string[]).includes(name)) return
  const nearest = nearestName(name, known)
  throw new VectorizerError('VZ306', {
    fact: `${where}: there is no argument \`${name}\`.`,
    why: `It takes ${known.join(', ')}.`,
    fix: nearest ? `Did you mean \`${nearest}\`?` : 'Remove it.',
  })
}

function notAnObject(where: string, name: string, value: unknown): VectorizerError {
  return new VectorizerError('VZ306', {
    fact: `${where}: \`${name}\` is ${JSON.stringify(value)}, not an object.`,
    fix: `Write \`${name}\` as for findMany.`,
  })
}

function assertOneShape(rows: RowArguments, where: string): void {
  for (const other of ['include', 'omit'] as const) {
    if (!rows.select || !rows[other]) continue
    throw new VectorizerError('VZ306', {
      fact: `${where}: \`select\` and \`${other}\` are both given.`,
      why: 'As for findMany, only one of them can say which fields come back.',
      fix: `Move what \`${other}\` says into \`select\`.`,
    })
  }
}

function parseTake(take: unknown, where: string): number {
  if (take === undefined) return defaultTake
  if (Number.isInteger(take) && (take as number) >= 1 && (take as number) <= maxTake) return take as number
  throw new VectorizerError('VZ306', {
    fact: `${where}: \`take\` is ${typeof take === 'number' ? take : JSON.stringify(take)}.`,
    why: `It says how many rows to return: a whole number from 1 to ${maxTake}.`,
    fix: `Leave it out for ${defaultTake}.`,
  })
}

function chooseVectorizer({ searches }: SearchTarget, name: unknown, where: string): Searchable {
  const listed = searches.map(({ spec }) => `"${spec.accessor}"`).join(', ')
  const several = searches.length > 1
  const fields = searches.some(({ spec }) => spec.kind === 'vector')
  if (name === undefined) {
    if (!several) return searches[0]
    throw new VectorizerError('VZ305', {
      fact: `${where}: the model has ${searches.length} vectorizers${fields ? ' and vector fields' : ''} and none is named.`,
      fix: `Add \`vectorizer\`, one of ${listed}.`,
    })
  }
  const chosen = searches.find(({ spec }) => spec.accessor === name)
  if (chosen) return chosen
  throw new VectorizerError('VZ305', {
    fact: `${where}: the model has no vectorizer${fields ? ' or vector field' : ''} ${JSON.stringify(name)}.`,
    fix: `Use ${several ? 'one of ' : ''}${listed}.`,
  })
}
