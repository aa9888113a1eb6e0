// The full-text index over the chunks: what is indexed, and how it is spelled. The index and every query that shall use
// it must spell the same.
import { InternalError } from './errors.ts'
import { quoteLiteral } from './sql-text.ts'

type Searched = { readonly textSearch: string | null }

/** PostgreSQL's own form of a name, with or without a schema: what a configuration may be called here. */
const configurationName = /^[A-Za-z_]\w{0,62}(?:\.[A-Za-z_]\w{0,62})?$/u

/** Whether `name` can be a text search configuration's: `english`, `pg_catalog.english`. */
export const isTextSearchName = (name: string): boolean => configurationName.test(name)

/** `'english'::regconfig`, which `to_tsvector` and the functions that make queries take. */
export function textConfiguration({ textSearch }: Searched): string {
  if (textSearch === null) throw new InternalError('the vectorizer has no full-text index')
  return `${quoteLiteral(textSearch)}::regconfig`
}

/**
 * `to_tsvector('english'::regconfig, "chunk")` of the quoted column `column`. With the configuration as a regconfig the
 * function is immutable, which an index needs: with a text, or without one, it would depend on the session.
 */
export const textVector = (spec: Searched, column: string): string =>
  `to_tsvector(${textConfiguration(spec)}, ${column})`
