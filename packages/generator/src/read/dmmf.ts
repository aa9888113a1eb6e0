// The only file that knows Prisma's DMMF: the slice of it that the rest of the generator reads.
import { createRequire } from 'node:module'
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
  /** Enum name → its type in the database. */
  readonly enums: ReadonlyMap<string, { readonly schema: string | null; readonly table: string }>
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

/** `schema` for the one thing the DMMF leaves out: the Postgres schema of an enum. */
export function readDmmf(dmmf: DmmfDatamodel, schema: SchemaText): Datamodel {
  return {
    enums: new Map(
      dmmf.enums.map(({ name, dbName }) => [name, { schema: enumSchema(name, schema), table: dbName ?? name }]),
    ),
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

function enumSchema(name: string, schema: SchemaText): string | null {
  const block = schema.blocks.find((candidate) => candidate.kind === 'enum' && candidate.name === name)
  const lines = block?.file.content.split('\n').slice(block.start, block.end) ?? []
  return lines.map((line) => /^\s*@@schema\("([^"]+)"\)/u.exec(line)?.[1]).find((found) => found !== undefined) ?? null
}

/**
 * The datamodel of schema text whose derived models may not be written yet. Relation lines to models that exist
 * nowhere are left out first: on a fresh clone `contentEmbeddings BlogPostContentEmbeddings[]` names a store that is
 * about to be derived, and Prisma's parser would refuse the whole schema. Returns undefined when the schema has a
 * mistake of its own, which Prisma is about to report better than we could.
 */
export function parseDatamodel(schema: SchemaText): Datamodel | undefined {
  // Prisma's own parser, asked for the datamodel alone: the whole DMMF of 100 models takes it 600 ms, this 17.
  const { get_datamodel: getDatamodel } = createRequire(import.meta.url)('@prisma/prisma-schema-wasm') as {
    get_datamodel(options: string): string
  }
  const known = new Set([...scalarTypes, ...schema.blocks.map((block) => block.name)])
  const prismaSchema = schema.files.map((file): [string, string] => {
    const lines = file.content.split('\n')
    for (const block of schema.blocks) {
      if (block.file !== file || block.kind === 'datasource' || block.kind === 'generator' || block.kind === 'enum')
        continue
      for (const field of block.fields) if (!known.has(field.type)) lines[field.line] = ''
    }
    return [file.path, lines.join('\n')]
  })
  let answer: string
  try {
    answer = getDatamodel(JSON.stringify({ prismaSchema, noColor: true }))
  } catch {
    return undefined
  }
  return readDmmf(JSON.parse(answer) as DmmfDatamodel, schema)
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
