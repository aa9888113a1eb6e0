// How a trigger function tells, from the catalog, that the source still looks as it did when the function was written.
import {
  type FilterColumn,
  isQueuedAsText,
  type KeyColumnSpec,
  objectNames,
  queueKeyColumn,
  quoteLiteral,
  quoteTable,
  type VectorizerSpec,
  vectorizerSchema,
} from '@prisma-vectorizer/spec'

/**
 * An SQL condition: the source of the running trigger has the key by these names and types, `others` by name, and what a
 * filter compares by name and type.
 */
export function columnsAreAsKnown(
  spec: VectorizerSpec,
  others: readonly string[],
  filtered: readonly FilterColumn[],
): string {
  const key = spec.source.key.map((part) => part.column)
  const compared = filtered.filter(({ column }) => !key.includes(column))
  const conditions = [
    ...spec.source.key.map((_, part) => keyCondition(spec, part)),
    ...others.map(named),
    ...compared.map(filterCondition),
  ]
  const watched = [...key, ...others, ...compared.map(({ column }) => column)].map(quoteLiteral).join(', ')
  return `(SELECT count(*) FROM pg_attribute WHERE attrelid = tg_relid AND attname IN (${watched})
      AND (${conditions.join(' OR ')})) = ${conditions.length}`
}

/** An SQL condition: the primary key of the running trigger's source is the known one. Costs 10 µs. */
export function primaryKeyIsAsKnown(spec: VectorizerSpec): string {
  const conditions = spec.source.key.map((_, part) => keyCondition(spec, part))
  return `(SELECT count(*) FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
      WHERE indrelid = tg_relid AND indisprimary AND indnkeyatts = ${conditions.length} AND (${conditions.join(' OR ')})) = ${conditions.length}`
}

/**
 * The type of a queue's key column: the key's own without its length or precision, since a column as narrow as the
 * source's is today would refuse a key after an ordinary `ALTER TYPE varchar(100)`. `CHAR` alone means one character,
 * hence its long name.
 */
export function queueKeyType(part: KeyColumnSpec): string {
  if (isQueuedAsText(part)) return 'TEXT'
  const type = bareType(part.sqlType)
  return type === 'CHAR' ? 'BPCHAR' : type === 'BIT' ? 'VARBIT' : type
}

const bareType = (sqlType: string): string => sqlType.replace(/\(.*\)$/u, '')

const named = (column: string): string => `attname = ${quoteLiteral(column)}`

/** What is compared as text may have any type. */
const filterCondition = ({ column, type, sqlType }: FilterColumn): string =>
  type === 'text' ? named(column) : `(${named(column)} AND atttypid = ${typeLiteral(bareType(sqlType))})`

const typeLiteral = (type: string): string => `${quoteLiteral(type.toLowerCase())}::regtype`

// `regtype` of a literal is a constant to the planner, so the type costs no second look-up.
function keyCondition(spec: VectorizerSpec, part: number): string {
  const key = spec.source.key[part] as KeyColumnSpec
  // Whatever becomes of an enum, it can be queued as text.
  if (isQueuedAsText(key)) return named(key.column)
  const type = bareType(key.sqlType).replace(/^CHAR$/u, 'BPCHAR')
  // An extension's type is not in pg_catalog, which is all the functions' search path has.
  const known = type === 'CITEXT' ? queueColumnType(spec, part) : typeLiteral(type)
  return `(${named(key.column)} AND atttypid = ${known})`
}

function queueColumnType(spec: VectorizerSpec, part: number): string {
  const queue = quoteTable({ schema: vectorizerSchema, table: objectNames(spec).queue })
  return `(SELECT atttypid FROM pg_attribute WHERE attrelid = ${quoteLiteral(queue)}::regclass AND ${named(queueKeyColumn(spec, part))})`
}
