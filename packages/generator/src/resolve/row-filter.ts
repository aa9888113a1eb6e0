// `where: published = true and lang in ["en", "de"]`: its fields and values checked against the model (VZ114).
import {
  type FilterColumn,
  type FilterType,
  type FilterValue,
  nearestName,
  type RowFilter,
} from '@prisma-vectorizer/spec'
import { placeOf } from '../annotation/parse-annotation.ts'
import type { FilterNode, ValueNode } from '../annotation/syntax.ts'
import type { Datamodel, EnumType, Model, ModelField } from '../read/dmmf.ts'
import type { AnnotationText } from '../read/scan-annotations.ts'
import { writtenType } from '../read/vector-column.ts'
import { fault } from './fault.ts'
import { sqlType } from './sql-type.ts'

interface Context {
  readonly annotation: AnnotationText
  readonly model: Model
  readonly datamodel: Datamodel
}

export function resolveFilter(
  annotation: AnnotationText,
  node: FilterNode | undefined,
  model: Model,
  datamodel: Datamodel,
): RowFilter | null {
  return node ? resolve(node, { annotation, model, datamodel }) : null
}

function resolve(node: FilterNode, context: Context): RowFilter {
  switch (node.kind) {
    case 'and':
    case 'or':
      return { kind: node.kind, filters: node.filters.map((part) => resolve(part, context)) }
    case 'not':
      return { kind: 'not', filter: resolve(node.filter, context) }
    case 'compare':
      return node.value.kind === 'word' && node.value.value === 'null'
        ? nullTest(node, context)
        : comparison(node, context)
    case 'in':
      return membership(node, context)
  }
}

function nullTest(node: Extract<FilterNode, { kind: 'compare' }>, context: Context): RowFilter {
  const { column } = columnOf(node, context)
  if (node.operator === '=' || node.operator === '!=') return { kind: 'null', column, isNull: node.operator === '=' }
  const why = 'NULL is neither less nor greater than anything.'
  const fix = `Write \`${node.field} = null\` or \`${node.field} != null\`.`
  throw fail(context, node.value.offset, `\`${node.operator}\` cannot compare with null.`, why, fix)
}

function comparison(node: Extract<FilterNode, { kind: 'compare' }>, context: Context): RowFilter {
  const { column, field } = columnOf(node, context)
  const ordered = column.type === 'number' || column.type === 'datetime'
  if (!ordered && node.operator !== '=' && node.operator !== '!=') {
    throw fail(
      context,
      node.offset,
      `\`${node.operator}\` cannot compare ${context.model.name}.${field.name}, which is ${writtenType(field)}.`,
      'Only numbers and times have an order that every database agrees on.',
      `Use = or !=${column.type === 'text' ? ', or in [...]' : ''}.`,
    )
  }
  return { kind: 'compare', column, operator: node.operator, value: checkedValue(node.value, column, field, context) }
}

function membership(node: Extract<FilterNode, { kind: 'in' }>, context: Context): RowFilter {
  const { column, field } = columnOf(node, context)
  if (node.values.length === 0) {
    throw fail(
      context,
      node.offset,
      `\`${node.field} in []\` is true for no row.`,
      'A vectorizer that embeds nothing is a mistake.',
      'List at least one value, or remove the condition.',
    )
  }
  if (column.type === 'boolean') {
    const fact = `\`in\` cannot compare ${context.model.name}.${field.name}, which is ${writtenType(field)}.`
    throw fail(context, node.offset, fact, undefined, 'Use = or !=.')
  }
  return { kind: 'in', column, values: node.values.map((value) => checkedValue(value, column, field, context)) }
}

function columnOf(
  node: { readonly field: string; readonly offset: number },
  context: Context,
): { readonly column: FilterColumn; readonly field: ModelField } {
  const { model, datamodel } = context
  const comparable = model.fields.filter((field) => filterType(field) !== undefined).map((field) => field.name)
  const field = model.fields.find((candidate) => candidate.name === node.field)
  const choices = comparable.length ? `Fields that can be compared: ${comparable.join(', ')}.` : undefined
  if (!field) {
    const nearest = nearestName(node.field, comparable)
    throw fail(
      context,
      node.offset,
      `the condition names \`${node.field}\`, which is no field of ${model.name}.`,
      model.ignored.includes(node.field) ? 'It has @ignore: Prisma Client does not know it.' : undefined,
      nearest ? `Did you mean \`${nearest}\`?` : choices,
    )
  }
  const type = filterType(field)
  if (type === undefined) {
    throw fail(
      context,
      node.offset,
      `the condition compares ${model.name}.${field.name}, which is ${writtenType(field)}.`,
      'Text, enums, numbers, Booleans and times of a single value can be compared.',
      choices,
    )
  }
  return {
    field,
    column: { field: field.name, column: field.column, type, sqlType: sqlType(field, datamodel) },
  }
}

/** What PostgreSQL compares with a literal as a Prisma user would expect: not money, inet (10.0.0.1/32) or bare times. */
const filterTypes: Readonly<Record<string, { readonly type: FilterType; readonly natives: readonly string[] }>> = {
  String: { type: 'text', natives: ['Text', 'VarChar', 'Char', 'Citext', 'Uuid'] },
  Boolean: { type: 'boolean', natives: ['Boolean'] },
  Int: { type: 'number', natives: ['Integer', 'SmallInt'] },
  BigInt: { type: 'number', natives: ['BigInt'] },
  Float: { type: 'number', natives: ['DoublePrecision', 'Real'] },
  Decimal: { type: 'number', natives: ['Decimal'] },
  DateTime: { type: 'datetime', natives: ['Timestamp', 'Timestamptz', 'Date'] },
}

function filterType({ kind, type, isList, nativeType }: ModelField): FilterType | undefined {
  if (isList) return undefined
  if (kind === 'enum') return 'text'
  const known = kind === 'scalar' ? filterTypes[type] : undefined
  return known && (nativeType === null || known.natives.includes(nativeType[0])) ? known.type : undefined
}

function checkedValue(node: ValueNode, column: FilterColumn, field: ModelField, context: Context): FilterValue {
  const place = `${context.model.name}.${field.name}`
  const wrong = (expected: string, fix?: string) =>
    fail(
      context,
      node.offset,
      `${place} is ${writtenType(field)}: it compares with ${expected}.`,
      node.kind === 'word' && node.value === 'null' ? 'NULL is in no list.' : undefined,
      fix ?? (node.kind === 'word' && node.value === 'null' ? `Write \`${field.name} = null or …\`.` : undefined),
    )
  if (field.kind === 'enum') return enumValue(node, field, context, wrong)
  switch (column.type) {
    case 'boolean':
      if (node.kind !== 'boolean') throw wrong('true or false')
      return node.value
    case 'number': {
      if (node.kind !== 'number') throw wrong('a number')
      const isWhole = field.type === 'Int' || field.type === 'BigInt'
      if (isWhole && !Number.isSafeInteger(node.value)) throw wrong('a whole number below 2^53')
      return node.value
    }
    case 'datetime': {
      const time = node.kind === 'string' ? instant(node.value) : undefined
      if (time === undefined) throw wrong('a string like "2026-01-31" or "2026-01-31T12:00:00Z"')
      return time
    }
    case 'text': {
      if (node.kind !== 'string') throw wrong('a string in double quotes')
      if (node.value.includes('\0')) throw wrong('a string without NUL characters')
      if (field.nativeType?.[0] !== 'Uuid') return node.value
      // PostgreSQL writes one in lower case.
      if (!/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/iu.test(node.value)) throw wrong('a UUID')
      return node.value.toLowerCase()
    }
  }
}

/** By its Prisma name; the database may have it under another. */
function enumValue(node: ValueNode, field: ModelField, context: Context, wrong: (expected: string) => Error): string {
  const { values } = context.datamodel.enums.get(field.type) as EnumType
  if (node.kind !== 'word' && node.kind !== 'string') throw wrong(`a value of ${field.type}`)
  const known = values.find(({ name }) => name === node.value)
  if (known) return known.stored
  const names = values.map(({ name }) => name)
  const nearest = nearestName(node.value, names)
  throw fail(
    context,
    node.offset,
    `the enum ${field.type} has no value \`${node.value}\`.`,
    undefined,
    nearest ? `Did you mean \`${nearest}\`?` : `Values: ${names.join(', ')}.`,
  )
}

const iso = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/u

/** As Prisma stores times, in UTC; a time without a zone is UTC too, wherever this runs. */
function instant(text: string): string | undefined {
  const match = iso.exec(text)
  const day = text.slice(0, 10)
  // JavaScript takes the 30th of February for the 2nd of March.
  if (!match || !isDay(day)) return undefined
  const time = new Date(text.includes('T') && match[1] === undefined ? `${text}Z` : text)
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}

function isDay(text: string): boolean {
  const day = new Date(text)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

function fail({ annotation }: Context, offset: number, fact: string, why: string | undefined, fix: string | undefined) {
  return fault('VZ114', annotation, offset, {
    fact: `${placeOf(annotation)}: ${fact}`,
    ...(why && { why }),
    ...(fix && { fix }),
  })
}
