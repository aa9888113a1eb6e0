// Annotations + datamodel → VectorizerSpecs: every default that depends on the model, and every check that pgai left to
// fail in the worker for ever.
import {
  fitIdentifier,
  nearestName,
  specVersion,
  VectorizerError,
  type VectorizerSpec,
  vectorTypes,
} from '@prisma-vectorizer/spec'
import { parseAnnotation, placeOf } from '../annotation/parse-annotation.ts'
import { type AnnotationOptions, readOptions } from '../annotation/read-arguments.ts'
import type { Datamodel, Model, ModelField } from '../read/dmmf.ts'
import type { AnnotationText } from '../read/scan-annotations.ts'
import { checkChunking } from './chunking.ts'
import { checkConflicts, type ResolvedVectorizer } from './conflicts.ts'
import { resolveKey } from './key-columns.ts'
import { resolveTemplate } from './template.ts'

/** In the order of the schema text. Throws VZ10x and VZ111, each at the position of the annotation or argument. */
export function resolveSpecs(annotations: readonly AnnotationText[], datamodel: Datamodel): readonly VectorizerSpec[] {
  const resolved: ResolvedVectorizer[] = []
  for (const annotation of annotations) {
    const earlier = resolved.filter((other) => other.annotation.model === annotation.model).length
    resolved.push({ annotation, ...resolveSpec(annotation, datamodel, earlier > 0) })
  }
  checkConflicts(resolved, datamodel)
  return resolved.map(({ spec }) => spec)
}

function resolveSpec(annotation: AnnotationText, datamodel: Datamodel, second: boolean) {
  const options = readOptions(annotation, parseAnnotation(annotation))
  const model = datamodel.models.find((candidate) => candidate.name === annotation.model)
  if (!model) {
    throw new VectorizerError('VZ104', {
      fact: `${placeOf(annotation)}: the model ${annotation.model} is ignored by Prisma Client.`,
      why: 'A model with @@ignore has no delegate to search with.',
      fix: 'Remove @@ignore, or the annotation.',
      ...annotation.at(0),
    })
  }
  const field = resolveField(annotation, options, model)
  const dimensions = resolveDimensions(annotation, options, model.name, field.name)
  checkChunking(annotation, options, `${model.name}.${field.name}`)
  const { template, templateColumns } = resolveTemplate(annotation, options, model)
  const accessor = options.name ?? `${field.name}Embeddings`
  const table =
    options.targetTable ?? fitIdentifier(second ? `${model.table}_${field.column}` : model.table, '_embedding_store')
  const schema = resolveSchema(annotation, options, model)
  const spec: VectorizerSpec = {
    version: specVersion,
    name: schema === null ? table : `${schema}.${table}`,
    accessor,
    source: {
      model: model.name,
      schema: model.schema,
      table: model.table,
      key: resolveKey(annotation, model, datamodel),
      text: { field: field.name, column: field.column },
      templateColumns,
    },
    store: { model: model.name + capitalised(accessor), schema, table },
    dimensions,
    type: 'vector',
    distance: options.distance,
    index: options.index,
    model: options.model ?? null,
    chunking: options.chunking,
    template,
  }
  return { spec, options }
}

function resolveField(annotation: AnnotationText, options: AnnotationOptions, model: Model): ModelField {
  const texts = model.fields.filter(isText).map((field) => field.name)
  const offset = options.offsets['field'] ?? 0
  const fail = (fact: string, fix: string) =>
    new VectorizerError('VZ104', { fact, why: 'Only text can be chunked and embedded.', fix, ...annotation.at(offset) })
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
  const field = model.fields.find((candidate) => candidate.name === name)
  if (!field) {
    const nearest = nearestName(name, texts)
    throw fail(`${model.name} has no field \`${name}\`.`, nearest ? `Did you mean \`${nearest}\`?` : choices)
  }
  if (!isText(field)) {
    const type = field.nativeType ? `${field.type} @db.${field.nativeType[0]}` : field.type
    throw fail(`${model.name}.${name} is ${type}${field.isList ? '[]' : ''}, not text.`, choices)
  }
  return field
}

const textTypes = new Set(['Text', 'VarChar', 'Char', 'Citext'])

const isText = (field: ModelField): boolean =>
  field.kind === 'scalar' &&
  field.type === 'String' &&
  !field.isList &&
  (field.nativeType === null || textTypes.has(field.nativeType[0]))

function resolveDimensions(
  annotation: AnnotationText,
  options: AnnotationOptions,
  model: string,
  field: string,
): number {
  const { dimensions, index, offsets } = options
  if (dimensions === undefined) {
    throw new VectorizerError('VZ103', {
      fact: `${model}.${field}: @vectorizer has no \`dimensions\`.`,
      why: 'The length of a vector is part of its column type; only you know which model will make it.',
      fix: 'Add e.g. `dimensions: 1536` for openai/text-embedding-3-small, `dimensions: 768` for nomic-embed-text.',
      ...annotation.at(0),
    })
  }
  if (index.kind === 'hnsw') {
    const indexed = index.halfvec ? 'halfvec' : 'vector'
    const most = vectorTypes[indexed].maxIndexed
    if (dimensions > most) {
      throw new VectorizerError('VZ111', {
        fact: `${model}.${field}: an HNSW index over ${indexed} holds ${most} dimensions, not ${dimensions}.`,
        why: 'pgvector keeps a whole vector in one 8 kB page of the index.',
        fix:
          indexed === 'vector' && dimensions <= vectorTypes.halfvec.maxIndexed
            ? 'Remove `halfvec: false`: half precision indexes up to 4000 dimensions at the same recall.'
            : 'Use `index: none` (exact search), or ask the model for fewer dimensions.',
        ...annotation.at(offsets['index'] ?? offsets['dimensions'] ?? 0),
      })
    }
  }
  return dimensions
}

function resolveSchema(annotation: AnnotationText, options: AnnotationOptions, model: Model): string | null {
  if (options.targetSchema !== undefined && model.schema === null) {
    throw new VectorizerError('VZ108', {
      fact: `${placeOf(annotation)}: \`targetSchema\` needs a datasource with \`schemas = [...]\`.`,
      why: 'Prisma places a model in another schema only where every model says its own with @@schema.',
      fix: 'Remove `targetSchema`, or list the schemas in the datasource and add @@schema to each model.',
      ...annotation.at(options.offsets['targetSchema'] ?? 0),
    })
  }
  return options.targetSchema ?? model.schema
}

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)
