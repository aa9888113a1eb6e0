// What a model calls the embeddings it takes over.
import type { Annotated } from './schema-edit.ts'

/** Embeddings that a model has already, or is about to have. */
export interface Neighbour {
  readonly model: string
  readonly accessor: string
}

/** `contentEmbeddings`; where that is taken, the store's table in camel case. */
export function accessorOf(
  field: string,
  table: string,
  model: Annotated['model'],
  neighbours: readonly Neighbour[],
): string {
  const taken = new Set([
    ...model.fields.map(({ name }) => name),
    ...model.ignored,
    ...neighbours.filter((other) => other.model === model.name).map(({ accessor }) => accessor),
  ])
  const candidates = [`${field}Embeddings`, camelCase(table), `${camelCase(table)}Embeddings`]
  return candidates.find((name) => !taken.has(name)) ?? `${field}Embeddings`
}

function camelCase(table: string): string {
  const words = table.split(/[^A-Za-z0-9]+/u).filter(Boolean)
  const [first = 'embeddings', ...rest] = words
  const joined = first.charAt(0).toLowerCase() + first.slice(1) + rest.map(capitalised).join('')
  return /^[A-Za-z]/u.test(joined) ? joined : `store${capitalised(joined)}`
}

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
