// How a trigger function tells that the source still looks as it did when the function was written: from the catalog, or
// by reading its columns so that one that is not as known reads as NULL.
import {
  type FilterColumn,
  fitIdentifier,
  isQueuedAsText,
  type KeyColumnSpec,
  objectNames,
  queueKeyColumn,
  quoteIdentifier,
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
  // Without the aggregate a look at one column costs 3 µs less.
  if (conditions.length === 1) {
    return `EXISTS (SELECT FROM pg_attribute WHERE attrelid = tg_relid AND ${conditions.join('')})`
  }
  const watched = [...key, ...others, ...compared.map(({ column }) => column)].map(quoteLiteral).join(', ')
  return `(SELECT count(*) FROM pg_attribute WHERE attrelid = tg_relid AND attname IN (${watched})
      AND (${conditions.join(' OR ')})) = ${conditions.length}`
}

/**
 * plpgsql that returns if the source of the running trigger has the key and what the filter compares by name and type, and
 * `others` by name. By name alone all together cost 2 µs, by a query 7 to 10.
 */
export function returnIfAsKnown(
  spec: VectorizerSpec,
  others: readonly string[],
  filtered: readonly FilterColumn[],
): string {
  const typed = (column: FilterColumn) => column.type !== 'text'
  const ofAnyType = [...others, ...filtered.filter((column) => !typed(column)).map(({ column }) => column)]
  const types = `IF ${columnsAreAsKnown(spec, [], filtered.filter(typed))} THEN
        RETURN NULL;
      END IF;`
  if (ofAnyType.length === 0) return types
  // Whether there is a privilege does not matter: of a column that is not there the question is an error.
  const asked = ofAnyType.map((column) => `has_column_privilege(tg_relid, ${quoteLiteral(column)}, 'SELECT')`)
  return `BEGIN
    IF num_nulls(${asked.join(', ')}) = 0 THEN
      ${types}
    END IF;
  EXCEPTION WHEN undefined_column THEN
    NULL;
  END;`
}

/** The functions that read a key, each twice; see sql/functions.sql. */
export function keyReaders(spec: VectorizerSpec): string {
  const reader = (of: string, parameters: string, returns: string, body: string) =>
    `CREATE OR REPLACE FUNCTION ${keyReader(spec, of)}(${parameters}) RETURNS ${returns} LANGUAGE sql IMMUTABLE AS '${body}';`
  return keyTypes(spec)
    .flatMap((type) => {
      // An extension's type has no name on the functions' search path.
      const none = type === 'CITEXT' ? 'TEXT' : type
      return [
        reader(type, `value ${type}, exact integer`, type, 'SELECT $1'),
        reader(type, 'value anyelement, other text', none, `SELECT NULL::${none}`),
      ]
    })
    .join('\n')
}

export const dropKeyReaders = (spec: VectorizerSpec): string =>
  keyTypes(spec)
    .flatMap((type) => [`${type}, integer`, 'anyelement, text'].map((types) => [keyReader(spec, type), types]))
    .map(([name, types]) => `DROP FUNCTION IF EXISTS ${name}(${types});`)
    .join('\n')

/** Of the parts that have a reader. */
const keyTypes = ({ source }: VectorizerSpec): readonly string[] => [
  ...new Set(source.key.filter((part) => !isQueuedAsText(part)).map(queueKeyType)),
]

/** Name of the function that reads a `type`, in the schema of ours. */
const keyReaderName = (spec: VectorizerSpec, type: string): string =>
  fitIdentifier(spec.name, `_as_${type.toLowerCase().replaceAll(/[^a-z0-9]+/gu, '_')}`)

const keyReader = (spec: VectorizerSpec, type: string): string =>
  quoteTable({ schema: vectorizerSchema, table: keyReaderName(spec, type) })

/** A part of the key read from `row` (`new.`; nothing: a column in scope), as the queue has it; NULL if of another type. */
export const readKeyPart = (spec: VectorizerSpec, part: KeyColumnSpec, row: string): string =>
  isQueuedAsText(part)
    ? `${row}${quoteIdentifier(part.column)}::text`
    : `${keyReader(spec, queueKeyType(part))}(${row}${quoteIdentifier(part.column)}, '0')`

/**
 * `rows` of the source (a transition table) as a table `known` with the key by the queue's names. A column that is not
 * there is taken from `unknown`, where it is NULL.
 */
export function knownKeys(spec: VectorizerSpec, rows: string): string {
  const nulls = spec.source.key.map((part) => `NULL::text AS ${quoteIdentifier(part.column)}`)
  const read = spec.source.key.map(
    (part, index) => `${readKeyPart(spec, part, '')} AS ${quoteIdentifier(queueKeyColumn(spec, index))}`,
  )
  return `(SELECT ${nulls.join(', ')}) AS unknown
    CROSS JOIN LATERAL (SELECT ${read.join(', ')} FROM ${rows}) AS known`
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

/** Without its length or precision. */
export const bareType = (sqlType: string): string => sqlType.replace(/\(.*\)$/u, '')

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
