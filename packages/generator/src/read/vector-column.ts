// How a column of vectors is spelled in a Prisma schema: `Unsupported("vector(3)")`, and `String @db.Bit(3)` for bits, which
// Prisma knows as a type of its own.
import type { VectorType } from '@prisma-vectorizer/spec'
import type { ModelField } from './dmmf.ts'

export interface VectorColumn {
  readonly type: VectorType
  /** Null where the type does not say: `Unsupported("vector")`, as `prisma db pull` writes it. */
  readonly dimensions: number | null
  /** `Unsupported("vector(3)")[]`: an array of vectors in each row. */
  readonly list: boolean
}

const pattern = /^(?:"?\w+"?\.)?(vector|halfvec|sparsevec)(?:\((\d+)\))?$/iu

/** Undefined for a field that is no vector, nor a list of them. */
export function readVectorColumn(field: ModelField): VectorColumn | undefined {
  if (field.kind === 'scalar' && field.nativeType?.[0] === 'Bit') {
    // A list of bit strings is Prisma Client's own to read and write. SQL's BIT alone is BIT(1).
    return field.isList ? undefined : { type: 'bit', dimensions: Number(field.nativeType[1][0] ?? 1), list: false }
  }
  if (field.kind !== 'unsupported') return undefined
  const [, type, dimensions] = pattern.exec(field.type.replaceAll(/\s/gu, '')) ?? []
  if (type === undefined) return undefined
  return {
    type: type.toLowerCase() as VectorType,
    dimensions: dimensions === undefined ? null : Number(dimensions),
    list: field.isList,
  }
}

type Modifier = '' | '?' | '[]'

/** The field's type and attributes in the schema. */
export const vectorFieldType = ({ type, dimensions }: { type: VectorType; dimensions: number }, modifier: Modifier) =>
  type === 'bit'
    ? ([`String${modifier}`, `@db.Bit(${dimensions})`] as const)
    : ([`Unsupported("${type}(${dimensions})")${modifier}`, ''] as const)

/** `embedding Unsupported("vector(3)")?` */
export const vectorFieldLine = (name: string, of: { type: VectorType; dimensions: number }, modifier: Modifier) =>
  [name, ...vectorFieldType(of, modifier)].join(' ').trimEnd()

/** A field's type as it is written. */
export function writtenType({ kind, type, nativeType, isList, isRequired }: ModelField): string {
  const base = kind === 'unsupported' ? `Unsupported("${type}")` : type
  const native = nativeType ? ` @db.${nativeType[0]}${nativeType[1].length ? `(${nativeType[1].join(', ')})` : ''}` : ''
  return `${base}${isList ? '[]' : isRequired ? '' : '?'}${native}`
}
