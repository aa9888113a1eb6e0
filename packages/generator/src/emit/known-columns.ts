// How a trigger function tells, from the catalog, that the source still looks as it did when the function was written.
import {
  objectNames,
  queueKeyColumn,
  quoteLiteral,
  quoteTable,
  type VectorizerSpec,
  vectorizerSchema,
} from '@prisma-vectorizer/spec'

/** An SQL condition: the source of the running trigger has the key by these names and types, and `others` by name. */
export function columnsAreAsKnown(spec: VectorizerSpec, others: readonly string[]): string {
  const conditions = [...spec.source.key.map((_, part) => keyCondition(spec, part)), ...others.map(named)]
  const watched = [...spec.source.key.map((part) => part.column), ...others].map(quoteLiteral).join(', ')
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
 * A key type without its length or precision: a queue column as narrow as the source's is today would refuse a key
 * after an ordinary `ALTER TYPE varchar(100)`. `CHAR` alone means one character, hence its long name.
 */
export function unlimitedType(sqlType: string): string {
  const type = bareType(sqlType)
  return type === 'CHAR' ? 'BPCHAR' : type === 'BIT' ? 'VARBIT' : type
}

const bareType = (sqlType: string): string => (sqlType.startsWith('"') ? sqlType : sqlType.replace(/\(.*\)$/u, ''))

const named = (column: string): string => `attname = ${quoteLiteral(column)}`

/** An enum, or an extension's type: not in pg_catalog, which is all the functions' search path has. */
const isElsewhere = (sqlType: string): boolean => sqlType.startsWith('"') || sqlType === 'CITEXT'

// `regtype` of a literal is a constant to the planner, so the type costs no second look-up.
function keyCondition(spec: VectorizerSpec, part: number): string {
  const { column, sqlType } = spec.source.key[part] as VectorizerSpec['source']['key'][number]
  const type = isElsewhere(sqlType)
    ? queueColumnType(spec, part)
    : `${quoteLiteral(
        bareType(sqlType)
          .replace(/^CHAR$/u, 'BPCHAR')
          .toLowerCase(),
      )}::regtype`
  return `(${named(column)} AND atttypid = ${type})`
}

function queueColumnType(spec: VectorizerSpec, part: number): string {
  const queue = quoteTable({ schema: vectorizerSchema, table: objectNames(spec).queue })
  return `(SELECT atttypid FROM pg_attribute WHERE attrelid = ${quoteLiteral(queue)}::regclass AND ${named(queueKeyColumn(spec, part))})`
}
