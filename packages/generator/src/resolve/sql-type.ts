// The SQL type Prisma Migrate gives a field. Written out because our migration creates the store itself, and a type
// that differs by a letter would be drift.
import { InternalError, quoteTable } from '@prisma-vectorizer/spec'
import type { Datamodel, ModelField } from '../read/dmmf.ts'

/** Prisma's defaults for PostgreSQL. */
const defaults: Readonly<Record<string, string>> = {
  String: 'TEXT',
  Boolean: 'BOOLEAN',
  Int: 'INTEGER',
  BigInt: 'BIGINT',
  Float: 'DOUBLE PRECISION',
  Decimal: 'DECIMAL(65,30)',
  DateTime: 'TIMESTAMP(3)',
  Json: 'JSONB',
  Bytes: 'BYTEA',
}

/** `@db.X` where the SQL word is not simply X in capitals. */
const natives: Readonly<Record<string, string>> = {
  DoublePrecision: 'DOUBLE PRECISION',
  VarBit: 'VARBIT',
  ByteA: 'BYTEA',
}

export function sqlType(field: ModelField, datamodel: Datamodel): string {
  if (field.kind === 'enum') {
    const type = datamodel.enums.get(field.type)
    if (!type) throw new InternalError(`enum ${field.type} is not in the datamodel`)
    return quoteTable(type)
  }
  if (field.nativeType) {
    const [name, args] = field.nativeType
    return (natives[name] ?? name.toUpperCase()) + (args.length ? `(${args.join(',')})` : '')
  }
  const type = defaults[field.type]
  if (type === undefined) throw new InternalError(`no SQL type for ${field.type}`)
  return type
}
