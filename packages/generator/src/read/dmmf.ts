// The only file that knows Prisma's DMMF: the slice of it that the rest of the generator reads.
import { createRequire } from 'node:module'
import { InternalError } from '@prisma-vectorizer/spec'
import type { SchemaText } from './scan-annotations.ts'

export interface ModelField {
  readonly name: string
  /** Column name. */
  readonly column: string
  readonly kind: 'scalar' | 'enum' | 'object' | 'unsupported'
  readonly type: string
  readonly isList: boolean
  /** `["VarChar", ["40"]]` for `@db.VarChar(40)`, or null. */
  readonly nativeType: readonly [name: string, args: readonly string[]] | null
}

export interface Model {
  readonly name: string
  readonly table: string
  readonly schema: string | null
  readonly fields: readonly ModelField[]
  /** Field names in key order; empty when the model has no `@id` or `@@id`. */
  readonly key: readonly string[]
}

export interface Datamodel {
  readonly models: readonly Model[]
  /** Enum name → its name in the database. */
  readonly enums: ReadonlyMap<string, string>
}

/** As much of `DMMF.Datamodel` as is read here; structural, so that a Prisma update changes this file only. */
export interface DmmfDatamodel {
  readonly enums: readonly { readonly name: string; readonly dbName?: string | null }[]
  readonly models: readonly {
    readonly name: string
    readonly dbName: string | null
    readonly schema?: string | null
    readonly fields: readonly {
      readonly name: string
      readonly dbName?: string | null
      readonly kind: string
      readonly type: string
      readonly isList: boolean
      readonly isId: boolean
      readonly nativeType?: readonly [string, readonly string[]] | null
    }[]
    readonly primaryKey: { readonly fields: readonly string[] } | null
  }[]
}

export function readDmmf(dmmf: DmmfDatamodel): Datamodel {
  return {
    enums: new Map(dmmf.enums.map((item) => [item.name, item.dbName ?? item.name])),
    models: dmmf.models.map((model) => ({
      name: model.name,
      table: model.dbName ?? model.name,
      schema: model.schema ?? null,
      fields: model.fields.map((field) => ({
        name: field.name,
        column: field.dbName ?? field.name,
        kind: field.kind as ModelField['kind'],
        type: field.type,
        isList: field.isList,
        nativeType: field.nativeType ?? null,
      })),
      key: model.primaryKey?.fields ?? model.fields.filter((field) => field.isId).map((field) => field.name),
    })),
  }
}

/**
 * The datamodel of schema text whose derived models may not be written yet. Relation lines to models that exist
 * nowhere are left out first: on a fresh clone `contentEmbeddings BlogPostContentEmbeddings[]` names a store that is
 * about to be derived, and Prisma's parser would refuse the whole schema. Returns undefined when the schema has a
 * mistake of its own, which Prisma is about to report better than we could.
 */
export function parseDatamodel(schema: SchemaText): Datamodel | undefined {
  const { getDMMF } = createRequire(import.meta.url)('@prisma/get-dmmf') as {
    getDMMF(options: { datamodel: [string, string][] }): { datamodel: DmmfDatamodel } | { type: string }
  }
  const known = new Set([...scalarTypes, ...schema.blocks.map((block) => block.name)])
  const datamodel = schema.files.map((file): [string, string] => {
    const lines = file.content.split('\n')
    for (const block of schema.blocks) {
      if (block.file !== file || block.kind === 'datasource' || block.kind === 'generator' || block.kind === 'enum')
        continue
      for (const field of block.fields) if (!known.has(field.type)) lines[field.line] = ''
    }
    return [file.path, lines.join('\n')]
  })
  let answer: ReturnType<typeof getDMMF>
  try {
    answer = getDMMF({ datamodel })
  } catch {
    return undefined
  }
  if ('type' in answer) return undefined
  if (!answer.datamodel) throw new InternalError('Prisma returned no datamodel')
  return readDmmf(answer.datamodel)
}

const scalarTypes = [
  'String',
  'Boolean',
  'Int',
  'BigInt',
  'Float',
  'Decimal',
  'DateTime',
  'Json',
  'Bytes',
  'Unsupported',
]
