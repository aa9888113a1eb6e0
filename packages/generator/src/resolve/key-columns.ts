// The parent's primary key, and how the store repeats it (VZ105).
import { type KeyColumnSpec, storeColumns, storeFields, VectorizerError } from '@prisma-vectorizer/spec'
import { placeOf } from '../annotation/parse-annotation.ts'
import type { Datamodel, Model } from '../read/dmmf.ts'
import type { AnnotationText } from '../read/scan-annotations.ts'
import { sqlType } from './sql-type.ts'

export function resolveKey(annotation: AnnotationText, model: Model, datamodel: Datamodel): readonly KeyColumnSpec[] {
  if (model.key.length === 0) {
    throw new VectorizerError('VZ105', {
      fact: `${placeOf(annotation)}: ${model.name} has no primary key.`,
      why: 'Embeddings belong to a row, and only a key can name it.',
      fix: 'Add `@id` to a field or `@@id([...])` to the model; `@unique` alone is not enough.',
      ...annotation.at(0),
    })
  }
  // Prisma refuses a field that is called like another field's column, so either list is taken for both.
  const taken: readonly string[] = [...Object.values(storeFields), ...Object.values(storeColumns)]
  return model.key.map((name) => {
    const field = model.fields.find((candidate) => candidate.name === name)
    if (!field)
      throw new VectorizerError('VZ105', { fact: `${model.name}: the key field ${name} is not in the datamodel.` })
    return {
      field: field.name,
      column: field.column,
      type: field.type,
      sqlType: sqlType(field, datamodel),
      storeField: taken.includes(field.name)
        ? `parent${field.name.charAt(0).toUpperCase()}${field.name.slice(1)}`
        : field.name,
      storeColumn: taken.includes(field.column) ? `parent_${field.column}` : field.column,
    }
  })
}
