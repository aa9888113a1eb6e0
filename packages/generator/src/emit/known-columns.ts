// How a trigger function tells, from the catalog, that the source still looks as it did when the function was written.
import { type KeyColumnSpec, quoteLiteral } from '@prisma-vectorizer/spec'

/** An SQL condition: the source of the running trigger has the key by these names and types, and `others` by name. */
export function columnsAreAsKnown(key: readonly KeyColumnSpec[], others: readonly string[]): string {
  const conditions = [...key.map(keyCondition), ...others.map(named)]
  const watched = [...key.map((part) => part.column), ...others].map(quoteLiteral).join(', ')
  return `(SELECT count(*) FROM pg_attribute WHERE attrelid = tg_relid AND attname IN (${watched})
      AND (${conditions.join(' OR ')})) = ${conditions.length}`
}

/**
 * A key type without its length or precision: a queue column as narrow as the source's is today would refuse a key
 * after an ordinary `ALTER TYPE varchar(100)`. `CHAR` alone means one character, hence its long name.
 */
export function unlimitedType(sqlType: string): string {
  if (sqlType.startsWith('"')) return sqlType
  const bare = sqlType.replace(/\(.*\)$/u, '')
  return bare === 'CHAR' ? 'BPCHAR' : bare === 'BIT' ? 'VARBIT' : bare
}

const named = (column: string): string => `attname = ${quoteLiteral(column)}`

/** Types that are not in pg_catalog, which is all the functions' search path has: checked by name only. */
const elsewhere = (sqlType: string): boolean =>
  sqlType.startsWith('"') || sqlType === 'CITEXT' || sqlType.startsWith('BIT')

// `regtype` of a literal is a constant to the planner, so the type costs no second look-up.
const keyCondition = (part: KeyColumnSpec): string =>
  elsewhere(part.sqlType)
    ? named(part.column)
    : `(${named(part.column)} AND atttypid = ${quoteLiteral(unlimitedType(part.sqlType).toLowerCase())}::regtype)`
