// Annotations + datamodel → specs: every default that depends on the model, and every check that pgai left to fail in the
// worker for ever.
import {
  type AnySpec,
  defaultRecursiveChunking,
  type Roles,
  specVersion,
  type VectorFieldSpec,
  type VectorizerSpec,
} from '@prisma-vectorizer/spec'
import { parseAnnotation, placeOf } from '../annotation/parse-annotation.ts'
import { readVectorizerOptions, readVectorOptions } from '../annotation/read-arguments.ts'
import type { Datamodel, Model } from '../read/dmmf.ts'
import type { AnnotationText } from '../read/scan-annotations.ts'
import { checkChunking } from './chunking.ts'
import { columnStoreName, resolveDestination, resolveVectorField } from './column-store.ts'
import { checkConflicts, type ResolvedSpec } from './conflicts.ts'
import { fault } from './fault.ts'
import { resolveKey } from './key-columns.ts'
import { resolveFilter } from './row-filter.ts'
import { resolveField, resolveLoading } from './source-field.ts'
import { resolveTableStore, resolveView } from './table-store.ts'
import { resolveTemplate } from './template.ts'
import { resolveListSettings, resolveSettings } from './vector-settings.ts'

/** In the order of the schema text. Throws VZ1xx, each at the position of the annotation or argument. */
export function resolveSpecs(
  annotations: readonly AnnotationText[],
  datamodel: Datamodel,
  roles: Roles = noRoles,
): readonly AnySpec[] {
  const resolved: ResolvedSpec[] = []
  for (const annotation of annotations) {
    const model = modelOf(annotation, datamodel)
    const second = resolved.some(({ spec }) => spec.source.model === model.name && spec.store.kind === 'table')
    resolved.push({
      annotation,
      ...(annotation.kind === 'vector'
        ? resolveVector(annotation, model, datamodel)
        : resolveVectorizer(annotation, model, datamodel, second)),
    })
  }
  checkConflicts(resolved, datamodel)
  return resolved.map(({ spec }) => ({ ...spec, roles }))
}

/** They are the same for all, and set at the end. */
const noRoles: Roles = { worker: null, application: null }

function modelOf(annotation: AnnotationText, datamodel: Datamodel): Model {
  const model = datamodel.models.find((candidate) => candidate.name === annotation.model)
  if (model) return model
  throw fault('VZ104', annotation, 0, {
    fact: `${placeOf(annotation)}: the model ${annotation.model} is ignored by Prisma Client.`,
    why: 'A model with @@ignore has no delegate to search with.',
    fix: 'Remove @@ignore, or the annotation.',
  })
}

function resolveVectorizer(annotation: AnnotationText, model: Model, datamodel: Datamodel, second: boolean) {
  const options = readVectorizerOptions(annotation, parseAnnotation(annotation))
  const { offsets, type = 'vector' } = options
  const field = resolveField(annotation, options, model)
  const place = `${model.name}.${field.name}`
  if (options.dimensions === undefined) {
    throw fault('VZ103', annotation, 0, {
      fact: `${place}: @vectorizer has no \`dimensions\`.`,
      why: 'The length of a vector is part of its column type; only you know which model will make it.',
      fix: 'Add e.g. `dimensions: 1536` for openai/text-embedding-3-small, `dimensions: 768` for nomic-embed-text.',
    })
  }
  const { dimensions, distance, index } = options
  const settings = resolveSettings(annotation, { dimensions, type, distance, index, offsets }, place)
  const isColumn = typeof options.destination === 'string'
  const chunking = options.chunking ?? (isColumn ? ({ kind: 'none' } as const) : defaultRecursiveChunking)
  checkChunking(annotation, chunking, offsets['chunking'], place)
  const { loading, parsing } = resolveLoading(annotation, options, field, place)
  const { template, templateColumns } = resolveTemplate(annotation, options, model)
  const context = { annotation, options, model, datamodel }
  const accessor = isColumn ? (options.destination as string) : (options.name ?? `${field.name}Embeddings`)
  const store = isColumn
    ? resolveDestination(annotation, options, model, settings)
    : resolveTableStore(context, { accessor, field, second })
  const key = resolveKey(annotation, model, datamodel, store.kind === 'table' ? store.parentField : null)
  const spec: VectorizerSpec = {
    version: specVersion,
    kind: 'vectorizer',
    name: store.kind === 'column' ? columnStoreName(store) : [store.schema, store.table].filter(Boolean).join('.'),
    accessor,
    source: {
      model: model.name,
      schema: model.schema,
      table: model.table,
      key,
      text: { field: field.name, column: field.column },
      templateColumns,
      filter: resolveFilter(annotation, options.where, model, datamodel),
      loading,
      parsing,
    },
    store,
    ...settings,
    roles: noRoles,
    model: options.model ?? null,
    chunking,
    template,
    view: store.kind === 'table' ? resolveView(context, store, key) : null,
    batchSize: options.batchSize ?? null,
    concurrency: options.concurrency ?? null,
    textSearch: options.textSearch ?? null,
    replicated: options.replicated ?? false,
  }
  return { spec, offsets }
}

function resolveVector(annotation: AnnotationText, model: Model, datamodel: Datamodel) {
  const options = readVectorOptions(annotation, parseAnnotation(annotation))
  const { offsets, distance, index } = options
  const { store, type, dimensions, list } = resolveVectorField(annotation, options, model)
  const place = placeOf(annotation)
  const given = { dimensions, type, distance, index, offsets }
  const { name, schema, table } = model
  const spec: VectorFieldSpec = {
    version: specVersion,
    kind: 'vector',
    name: columnStoreName(store),
    accessor: store.field,
    source: { model: name, schema, table, key: resolveKey(annotation, model, datamodel, null) },
    store,
    ...(list ? resolveListSettings(annotation, given, place) : resolveSettings(annotation, given, place)),
    roles: noRoles,
    list,
  }
  return { spec, offsets }
}
