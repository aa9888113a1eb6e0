// `destination: column(embedding)` and `@vector`: vectors in a field of the model itself (VZ103, VZ109, VZ115, VZ116).
import { type ColumnStore, fitIdentifier, type VectorType } from '@prisma-vectorizer/spec'
import { placeOf } from '../annotation/parse-annotation.ts'
import type { VectorizerOptions, VectorOptions } from '../annotation/read-arguments.ts'
import type { Model } from '../read/dmmf.ts'
import type { AnnotationText } from '../read/scan-annotations.ts'
import { readVectorColumn, vectorFieldLine, writtenType } from '../read/vector-column.ts'
import { fault } from './fault.ts'

/** Registry key of the vectors in a column: `posts_embedding`, with its schema where there are several. */
export function columnStoreName({ schema, table, column }: ColumnStore): string {
  const name = fitIdentifier(`${table}_${column}`)
  return schema === null ? name : `${schema}.${name}`
}

/** What says something of a table of chunks, where there is none. */
const ofTables = [
  'name',
  'targetTable',
  'targetSchema',
  'view',
  'relation',
  'onDelete',
  'onUpdate',
  'textSearch',
] as const

/** The field may be missing: it is added to the model then. */
export function resolveDestination(
  annotation: AnnotationText,
  options: VectorizerOptions,
  model: Model,
  of: { readonly type: VectorType; readonly dimensions: number },
): ColumnStore {
  const { offsets, chunking } = options
  const name = options.destination as string
  const place = `${model.name}.${name}`
  const unfit = ofTables.find((argument) => options[argument] !== undefined)
  if (unfit !== undefined) {
    throw fault('VZ115', annotation, offsets[unfit], {
      fact: `${placeOf(annotation)}: \`${unfit}\` means nothing with \`destination: column(${name})\`.`,
      why: 'It is about the store of chunks, and there is none: the vectors are in the model itself.',
      fix: `Remove \`${unfit}\`, or \`destination\`.`,
    })
  }
  if (chunking && chunking.kind !== 'none') {
    throw fault('VZ115', annotation, offsets['chunking'], {
      fact: `${placeOf(annotation)}: \`destination: column(${name})\` cannot hold the vectors of several chunks.`,
      why: 'A column holds one vector for each row.',
      fix: 'Write `chunking: none`, or remove `destination`.',
    })
  }
  const line = vectorFieldLine(name, of, '?')
  const fail = (fact: string, why: string) =>
    fault('VZ116', annotation, offsets['destination'], { fact, why, fix: `Write \`${line}\`.` })
  const namesake = model.fields.find((field) => field.name !== name && field.column === name)
  const field = model.fields.find((candidate) => candidate.name === name)
  if (!field && (namesake || model.ignored.includes(name))) {
    throw fault('VZ109', annotation, offsets['destination'], {
      fact: namesake
        ? `${place}: the column \`${name}\` is that of ${model.name}.${namesake.name}.`
        : `${place} has @ignore.`,
      why: 'The vectors need a field of their own.',
      fix: 'Name another field in `destination: column(…)`.',
    })
  }
  if (field) {
    const column = readVectorColumn(field)
    const fits = column?.type === of.type && !column.list && (column.dimensions ?? of.dimensions) === of.dimensions
    if (!fits) {
      throw fail(
        `${place} is \`${writtenType(field)}\`, the vectorizer makes ${of.type}(${of.dimensions}).`,
        bitWhy(field.type),
      )
    }
    if (field.isRequired) throw fail(`${place} is required.`, 'It is NULL until the worker has embedded the row.')
  }
  const { schema, table } = model
  return { kind: 'column', model: model.name, schema, table, field: name, column: field?.column ?? name }
}

/** The field that a `@vector` stands on. */
export function resolveVectorField(
  annotation: AnnotationText,
  { dimensions: given, offsets }: VectorOptions,
  model: Model,
): { readonly store: ColumnStore; readonly type: VectorType; readonly dimensions: number; readonly list: boolean } {
  const name = annotation.field as string
  const place = placeOf(annotation)
  const fix = (type: VectorType, dimensions: number, list = false) =>
    `Write e.g. \`${vectorFieldLine(name, { type, dimensions }, list ? '[]' : '?')}\`.`
  const field = model.fields.find((candidate) => candidate.name === name)
  if (!field) {
    throw fault('VZ104', annotation, 0, {
      fact: `${place} is ignored by Prisma Client.`,
      why: 'A field with @ignore cannot be written through the client.',
      fix: 'Remove @ignore, or the annotation.',
    })
  }
  const column = readVectorColumn(field)
  if (!column) {
    throw fault('VZ116', annotation, 0, {
      fact: `${place} is \`${writtenType(field)}\`, no field of vectors.`,
      why: bitWhy(field.type),
      fix: fix(/bit/iu.test(field.type) ? 'bit' : 'vector', given ?? 768),
    })
  }
  const dimensions = column.dimensions ?? given
  if (dimensions === undefined) {
    throw fault('VZ103', annotation, 0, {
      fact: `${place}: neither @vector nor the field's type has \`dimensions\`.`,
      why: 'The vectors of a field have one length.',
      fix: fix(column.type, 768, column.list),
    })
  }
  if (given !== undefined && given !== dimensions) {
    throw fault('VZ116', annotation, offsets['dimensions'], {
      fact: `${place}: \`dimensions\` is ${given}, the field is \`${writtenType(field)}\`.`,
      why: 'The two say the same thing.',
      fix: 'Remove `dimensions`, or make the two agree.',
    })
  }
  const { schema, table } = model
  const store = { kind: 'column', model: model.name, schema, table, field: name, column: field.column } as const
  return { store, type: column.type, dimensions, list: column.list }
}

const bitWhy = (type: string): string =>
  /^bit\b/iu.test(type)
    ? 'Prisma Migrate would change `Unsupported("bit(…)")` again in every migration.'
    : 'Vectors are of a type of pgvector, which Prisma calls Unsupported; bits are `String @db.Bit`.'
