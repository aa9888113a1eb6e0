// The parent's primary key, and how the store repeats it (VZ105).
import { InternalError, type KeyColumnSpec, storeColumns, storeFields } from '@prisma-vectorizer/spec'
import { placeOf } from '../annotation/parse-annotation.ts'
import type { Datamodel, Model, ModelField } from '../read/dmmf.ts'
import type { AnnotationText } from '../read/scan-annotations.ts'
import { fault } from './fault.ts'
import { sqlType } from './sql-type.ts'

/** `parentField` is the relation's in the store; null where there is no store, and every name is free. */
export function resolveKey(
  annotation: AnnotationText,
  model: Model,
  datamodel: Datamodel,
  parentField: string | null,
): readonly KeyColumnSpec[] {
  if (model.key.length === 0) {
    throw fault('VZ105', annotation, 0, {
      fact: `${placeOf(annotation)}: ${model.name} has no primary key.`,
      why: 'Embeddings belong to a row, and only a key can name it.',
      fix: 'Add `@id` to a field or `@@id([...])` to the model; `@unique` alone is not enough.',
    })
  }
  const fields = model.key.map((name) => {
    const field = model.fields.find((candidate) => candidate.name === name)
    if (!field) throw new InternalError(`the key field ${model.name}.${name} is not in the datamodel`)
    return field
  })
  // Prisma refuses a field that is called like another field's column, so either list is taken for both.
  const { embeddingUuid, chunkSeq, chunk, embedding } = storeFields
  const ofStore = [embeddingUuid, chunkSeq, chunk, embedding, ...Object.values(storeColumns), parentField]
  const taken = new Set<string | null>(parentField === null ? [] : ofStore)
  const names = new Set(fields.flatMap((field) => [field.name, field.column]))
  /** The name with as many prefixes as it takes to be free. */
  const free = (name: string, prefixed: (name: string) => string): string => {
    if (!taken.has(name)) return name
    let other = prefixed(name)
    while (taken.has(other) || names.has(other)) other = prefixed(other)
    return other
  }
  return fields.map((field) => ({
    field: field.name,
    column: field.column,
    type: field.type,
    sqlType: sqlType(field, datamodel),
    storeField: free(field.name, (name) => `parent${name.charAt(0).toUpperCase()}${name.slice(1)}`),
    storeColumn: free(field.column, (name) => `parent_${name}`),
    ...mappedValues(field, datamodel),
  }))
}

/** A query of ours reads what is stored, Prisma Client takes and gives the names. */
function mappedValues({ kind, type }: ModelField, { enums }: Datamodel): Pick<KeyColumnSpec, 'values'> {
  const values = kind === 'enum' ? (enums.get(type)?.values ?? []) : []
  if (values.every(({ name, stored }) => name === stored)) return {}
  return { values: Object.fromEntries(values.map(({ name, stored }) => [stored, name])) }
}
