// A store of its own for the chunks: its names, its relation to the source, and the view over both (VZ108, VZ109, VZ115).
import {
  fitIdentifier,
  type KeyColumnSpec,
  storeColumns,
  storeFields,
  type TableStore,
  type ViewSpec,
} from '@prisma-vectorizer/spec'
import { placeOf } from '../annotation/parse-annotation.ts'
import type { VectorizerOptions } from '../annotation/read-arguments.ts'
import type { Datamodel, Model, ModelField } from '../read/dmmf.ts'
import type { AnnotationText } from '../read/scan-annotations.ts'
import { fault } from './fault.ts'
import { sqlType } from './sql-type.ts'

interface Context {
  readonly annotation: AnnotationText
  readonly options: VectorizerOptions
  readonly model: Model
  readonly datamodel: Datamodel
}

/** `accessor` is the relation's field; `second`: an earlier vectorizer of the model has the table of the default name. */
export function resolveTableStore(
  { annotation, options, model, datamodel }: Context,
  { accessor, field, second }: { readonly accessor: string; readonly field: ModelField; readonly second: boolean },
): TableStore {
  const { targetTable, relation, onDelete = 'Cascade', onUpdate = 'Cascade' } = options
  return {
    kind: 'table',
    model: model.name + capitalised(accessor),
    schema: resolveSchema(annotation, options, model),
    table: targetTable ?? fitIdentifier(second ? `${model.table}_${field.column}` : model.table, '_embedding_store'),
    parentField: resolveParentField(annotation, options),
    relation: relation?.name ?? null,
    onDelete: resolveAction(annotation, options, 'onDelete', onDelete, datamodel),
    onUpdate: resolveAction(annotation, options, 'onUpdate', onUpdate, datamodel),
    foreignKey: datamodel.foreignKeys,
  }
}

function resolveSchema(annotation: AnnotationText, options: VectorizerOptions, model: Model): string | null {
  if (options.targetSchema !== undefined && model.schema === null) {
    throw fault('VZ108', annotation, options.offsets['targetSchema'], {
      fact: `${placeOf(annotation)}: \`targetSchema\` needs a datasource with \`schemas = [...]\`.`,
      why: 'Prisma places a model in another schema only where every model says its own with @@schema.',
      fix: 'Remove `targetSchema`, or list the schemas in the datasource and add @@schema to each model.',
    })
  }
  return options.targetSchema ?? model.schema
}

function resolveParentField(annotation: AnnotationText, { relation, offsets }: VectorizerOptions): string {
  const parent = relation?.parent ?? storeFields.parent
  const { embeddingUuid, chunkSeq, chunk, embedding } = storeFields
  const taken: readonly string[] = [embeddingUuid, chunkSeq, chunk, embedding, ...Object.values(storeColumns)]
  if (!taken.includes(parent)) return parent
  throw fault('VZ109', annotation, offsets['relation'], {
    fact: `${placeOf(annotation)}: the store has a field or column \`${parent}\` already.`,
    why: '`relation.parent` names the store’s side of the relation.',
    fix: `Name it otherwise, e.g. \`parent: ${storeFields.parent}\`, which is the default.`,
  })
}

function resolveAction(
  annotation: AnnotationText,
  { offsets }: VectorizerOptions,
  argument: 'onDelete' | 'onUpdate',
  action: TableStore['onDelete'],
  datamodel: Datamodel,
) {
  if (action !== 'NoAction' || datamodel.foreignKeys) return action
  throw fault('VZ115', annotation, offsets[argument], {
    fact: `${placeOf(annotation)}: \`${argument}: NoAction\` does not go with \`relationMode = "prisma"\`.`,
    why: 'Prisma has no such action on PostgreSQL without foreign keys.',
    fix: 'Write Restrict or Cascade.',
  })
}

/** A column of the source that is called like one of the store is left out: a view has each name once. */
export function resolveView(
  { options, model, datamodel }: Context,
  store: TableStore,
  key: readonly KeyColumnSpec[],
): ViewSpec | null {
  if (options.view === undefined) return null
  const taken = new Set<string>([
    ...Object.values(storeColumns),
    ...key.flatMap((part) => [part.column, part.storeColumn]),
  ])
  const columns = model.fields
    .filter(({ kind, column }) => (kind === 'scalar' || kind === 'enum') && !taken.has(column))
    .map((field) => ({ column: field.column, sqlType: sqlType(field, datamodel) + (field.isList ? '[]' : '') }))
  return { schema: store.schema, name: options.view, columns }
}

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)
