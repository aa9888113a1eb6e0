// Spec → the store as a Prisma model, formatted as `prisma format` would, so that neither rewrites the other.
import {
  type AnySpec,
  isDeclaredIndex,
  objectNames,
  storeColumns,
  storeFields,
  type TableStore,
  type VectorizerSpec,
} from '@prisma-vectorizer/spec'
import type { Datamodel, ModelField } from '../read/dmmf.ts'
import { derivedBlock } from '../read/schema-files.ts'
import { vectorFieldType } from '../read/vector-column.ts'

type FieldRow = readonly [name: string, type: string, attributes: string]

/** Vectorizers with a store of their own. */
export type StoredVectorizer = VectorizerSpec & { readonly store: TableStore }

export const hasStoreModel = (spec: AnySpec): spec is StoredVectorizer =>
  spec.kind === 'vectorizer' && spec.store.kind === 'table'

/** The derived file (folder schema) or marked block (single file); '' when no vectorizer has a store of its own. */
export function emitStoreModels(specs: readonly AnySpec[], datamodel: Datamodel, kind: 'folder' | 'file'): string {
  const stored = specs.filter(hasStoreModel)
  if (stored.length === 0) return ''
  const models = stored.map((spec) => emitStoreModel(spec, datamodel)).join('\n\n')
  return kind === 'file'
    ? `${derivedBlock.start}\n\n${models}\n\n${derivedBlock.end}`
    : `// Derived by prisma-vectorizer from the @vectorizer annotations: change those, not this file. Commit it.\n\n${models}\n`
}

function emitStoreModel(spec: StoredVectorizer, datamodel: Datamodel): string {
  const { source, store } = spec
  const keyRows = source.key.map((part): FieldRow => {
    const parent = datamodel.models.find((model) => model.name === source.model)
    const field = parent?.fields.find((candidate) => candidate.name === part.field)
    return [part.storeField, part.type, attributes(mapped(part.storeField, part.storeColumn), native(field))]
  })
  const storeKey = source.key.map((part) => part.storeField)
  const relation = [
    ...(store.relation === null ? [] : [prismaString(store.relation)]),
    `fields: [${storeKey.join(', ')}]`,
    `references: [${source.key.map((part) => part.field).join(', ')}]`,
    `onDelete: ${store.onDelete}`,
    `onUpdate: ${store.onUpdate}`,
  ].join(', ')
  const rows: readonly FieldRow[] = [
    [
      storeFields.embeddingUuid,
      'String',
      `@id @default(dbgenerated("gen_random_uuid()")) @map("${storeColumns.embeddingUuid}") @db.Uuid`,
    ],
    ...keyRows,
    [storeFields.chunkSeq, 'Int', `@map("${storeColumns.chunkSeq}")`],
    [storeFields.chunk, 'String', ''],
    [storeFields.embedding, ...vectorFieldType(spec, '')],
    [store.parentField, source.model, `@relation(${relation})`],
  ]
  const blockAttributes = [
    `@@unique([${[...storeKey, storeFields.chunkSeq].join(', ')}])`,
    ...declaredIndex(spec),
    ...(store.table === store.model ? [] : [`@@map(${prismaString(store.table)})`]),
    ...(store.schema === null ? [] : [`@@schema(${prismaString(store.schema)})`]),
  ]
  return [
    `/// Embeddings of ${source.model}.${source.text.field}, one row per chunk, kept in step by the worker.`,
    `model ${store.model} {`,
    ...align(rows).map((row) => `  ${row}`),
    '',
    ...blockAttributes.map((attribute) => `  ${attribute}`),
    '}',
  ].join('\n')
}

const declaredIndex = (spec: AnySpec): readonly string[] =>
  isDeclaredIndex(spec) ? [declaredIndexLine(spec, storeFields.embedding)] : []

/**
 * Prisma drops an index over a plain column that the schema does not declare, and keeps one that is declared by name,
 * whatever its access method: with `type:` or `ops:` it would compare those, and rebuild it.
 */
export const declaredIndexLine = (spec: AnySpec, field: string): string =>
  `@@index([${field}], map: ${prismaString(objectNames(spec).vectorIndex)})`

/** The attribute of a named relation, or nothing. */
export const relationAttribute = ({ relation }: TableStore): string =>
  relation === null ? '' : `@relation(${prismaString(relation)})`

/** The line the parent needs: `contentEmbeddings BlogPostContentEmbeddings[]`. */
export const backRelationLine = ({ accessor, store }: StoredVectorizer): string =>
  [accessor, `${store.model}[]`, relationAttribute(store)].join(' ').trimEnd()

function align(rows: readonly FieldRow[]): string[] {
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length))
  return rows.map(([name, type, rest]) => `${name.padEnd(width(0))} ${type.padEnd(width(1))} ${rest}`.trimEnd())
}

const attributes = (...parts: readonly string[]): string => parts.filter(Boolean).join(' ')
const mapped = (field: string, column: string): string => (field === column ? '' : `@map(${prismaString(column)})`)

function native(field: ModelField | undefined): string {
  if (!field?.nativeType) return ''
  const [name, args] = field.nativeType
  return `@db.${name}${args.length ? `(${args.join(', ')})` : ''}`
}

const prismaString = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
