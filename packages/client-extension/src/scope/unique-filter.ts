// A unique `where` in the form that findMany takes.
import { invalid } from '../arguments/argument-readers.ts'
import type { Client } from '../prisma/client.ts'
import { described } from '../writing/check-vector.ts'

/**
 * Of the keys of `where` only the name of a compound key, `{ kind_number: { kind, number } }`, is not one of findMany:
 * its parts take its place. Throws VZ306 unless it names something: findMany would take every row.
 */
export function uniqueFilter(where: unknown, model: string, client: Client, name: string): object {
  if (typeof where !== 'object' || where === null || Array.isArray(where)) {
    throw invalid(name, `\`where\` is ${described(where)}.`, 'Name one row by a unique field, as for update.')
  }
  const fields = client._runtimeDataModel?.models[model]?.fields.map((field) => field.name)
  const known = new Set([...conditions, ...(fields ?? Object.keys(where))])
  const parts = Object.entries(where).map(([key, value]) => {
    return known.has(key) || typeof value !== 'object' || value === null ? { [key]: value } : (value as object)
  })
  const filter: Record<string, unknown> = Object.assign({}, ...parts)
  if (Object.keys(filter).some((key) => filter[key] !== undefined && !conditions.includes(key))) {
    // A field that is named beside the compound key as well has to meet both.
    const named = parts.flatMap((part) => Object.keys(part))
    return new Set(named).size === named.length ? filter : { AND: parts }
  }
  throw invalid(
    name,
    `\`where\` is ${inMessage(where)}, which names no row.`,
    'Name one by a unique field, as for update.',
  )
}

const conditions = ['AND', 'OR', 'NOT']

export function severalRows(name: string, filter: object) {
  return invalid(
    name,
    `\`where\` is ${inMessage(filter)}, which several rows match.`,
    'Name one by a unique field, as for update.',
  )
}

export const inMessage = (filter: object): string =>
  JSON.stringify(filter, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
