// The field that is embedded, and how its text comes out of it (VZ104, VZ115).
import { type Loading, nearestName, type Parsing } from '@prisma-vectorizer/spec'
import { placeOf } from '../annotation/parse-annotation.ts'
import type { VectorizerOptions } from '../annotation/read-arguments.ts'
import type { Model, ModelField } from '../read/dmmf.ts'
import type { AnnotationText } from '../read/scan-annotations.ts'
import { writtenType } from '../read/vector-column.ts'
import { fault } from './fault.ts'

export function resolveField(annotation: AnnotationText, options: VectorizerOptions, model: Model): ModelField {
  const texts = model.fields.filter(isText).map((field) => field.name)
  const fail = (fact: string, fix: string, why = 'Only text, and documents as Bytes, can be chunked and embedded.') =>
    fault('VZ104', annotation, options.offsets['field'], { fact, why, fix })
  const choices = texts.length
    ? `Text fields of ${model.name}: ${texts.join(', ')}.`
    : `${model.name} has no text field.`

  if (annotation.field !== null && options.field !== undefined && options.field !== annotation.field) {
    throw fail(
      `${placeOf(annotation)}: \`field: ${options.field}\` contradicts the field the annotation stands on.`,
      'Remove `field:`, or move the annotation above the model.',
    )
  }
  const name = annotation.field ?? options.field
  if (name === undefined) {
    throw fail(`${model.name}: an annotation above a model must say \`field:\`.`, `Add \`field: <name>\`. ${choices}`)
  }
  if (model.ignored.includes(name)) {
    throw fail(
      `${model.name}.${name} is ignored by Prisma Client.`,
      'Remove @ignore, or the annotation.',
      'A field with @ignore cannot be written through the client.',
    )
  }
  const field = model.fields.find((candidate) => candidate.name === name)
  if (!field) {
    const nearest = nearestName(name, texts)
    throw fail(`${model.name} has no field \`${name}\`.`, nearest ? `Did you mean \`${nearest}\`?` : choices)
  }
  if (!isText(field) && !isBytes(field)) {
    throw fail(`${model.name}.${name} is ${writtenType({ ...field, isRequired: true })}, not text.`, choices)
  }
  return field
}

/** Documents that are files of bytes: none of them is text before it is taken apart. */
const binaryFormats: readonly Parsing[] = ['pdf', 'docx', 'epub']

export function resolveLoading(
  annotation: AnnotationText,
  { loading = 'column', parsing = 'auto', offsets }: VectorizerOptions,
  field: ModelField,
  place: string,
): { readonly loading: Loading; readonly parsing: Parsing } {
  const fail = (argument: 'loading' | 'parsing', fact: string, why: string, fix: string) =>
    fault('VZ115', annotation, offsets[argument], { fact: `${place}: ${fact}`, why, fix })
  if (isBytes(field)) {
    if (loading === 'uri') {
      const why = 'The field has to hold the address of a document, as text.'
      throw fail('loading', '`loading: uri` needs a text field, this one is Bytes.', why, 'Write `loading: column`.')
    }
    if (parsing === 'none') {
      const why = 'Bytes are no text until they are taken apart.'
      throw fail('parsing', '`parsing: none` needs a text field, this one is Bytes.', why, 'Write `parsing: auto`.')
    }
  } else if (loading === 'column' && binaryFormats.includes(parsing)) {
    throw fail(
      'parsing',
      `\`parsing: ${parsing}\` needs bytes, and the field holds text.`,
      'A document of that format is a file: in a field of type Bytes, or where a text field says.',
      'Write `loading: uri` where the field holds addresses, or annotate a `Bytes` field.',
    )
  }
  return { loading, parsing }
}

const textTypes = new Set(['Text', 'VarChar', 'Char', 'Citext'])

const isText = (field: ModelField): boolean =>
  field.kind === 'scalar' &&
  field.type === 'String' &&
  !field.isList &&
  (field.nativeType === null || textTypes.has(field.nativeType[0]))

const isBytes = (field: ModelField): boolean => field.kind === 'scalar' && field.type === 'Bytes' && !field.isList
