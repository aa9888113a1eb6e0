// The only file that knows Prisma's DMMF: the slice of it that the rest of the generator reads.
import { createRequire } from 'node:module'
import { hasForeignKeys } from './datasource.ts'
import { isVectorIndexLine } from './declared-index.ts'
import type { BlockText, SchemaText } from './scan-annotations.ts'

export interface ModelField {
  readonly name: string
  /** Column name. */
  readonly column: string
  readonly kind: 'scalar' | 'enum' | 'object' | 'unsupported'
  /** Of kind `unsupported` the SQL type in quotes, e.g. `vector(3)`. */
  readonly type: string
  readonly isList: boolean
  readonly isRequired: boolean
  /** `["VarChar", ["40"]]` for `@db.VarChar(40)`, or null. */
  readonly nativeType: readonly [name: string, args: readonly string[]] | null
}

export interface Model {
  readonly name: string
  /** A `view` block, which Prisma Migrate leaves to others to make: to us, it may be. */
  readonly isView: boolean
  readonly table: string
  readonly schema: string | null
  readonly fields: readonly ModelField[]
  /** Field names in key order; empty when the model has no `@id` or `@@id`. */
  readonly key: readonly string[]
  /** Names of the fields with `@ignore`, which `fields` has not. */
  readonly ignored: readonly string[]
}

/** An enum: its type in the database, and its values by their Prisma name. */
export interface EnumType {
  readonly schema: string | null
  readonly table: string
  readonly values: readonly { readonly name: string; readonly stored: string }[]
}

export interface Datamodel {
  readonly models: readonly Model[]
  readonly enums: ReadonlyMap<string, EnumType>
  /** False under `relationMode = "prisma"`. */
  readonly foreignKeys: boolean
}

/** As much of `DMMF.Datamodel` as is read here; structural, so that a Prisma update changes this file only. */
export interface DmmfDatamodel {
  readonly enums: readonly {
    readonly name: string
    readonly dbName?: string | null
    readonly values: readonly { readonly name: string; readonly dbName?: string | null }[]
  }[]
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
      readonly isRequired: boolean
      readonly isId: boolean
      readonly nativeType?: readonly [string, readonly string[]] | null
    }[]
    readonly primaryKey: { readonly fields: readonly string[] } | null
  }[]
}

/** `schema` for what the DMMF leaves out: the Postgres schema of an enum, fields of type Unsupported, `relationMode`. */
export function readDmmf(dmmf: DmmfDatamodel, schema: SchemaText): Datamodel {
  const blocks = new Map(schema.blocks.map((block) => [block.name, block]))
  return {
    foreignKeys: hasForeignKeys(schema),
    enums: new Map(
      dmmf.enums.map(({ name, dbName, values }) => [
        name,
        {
          schema: enumSchema(name, schema),
          table: dbName ?? name,
          values: values.map((value) => ({ name: value.name, stored: value.dbName ?? value.name })),
        },
      ]),
    ),
    models: dmmf.models.map((model) => {
      const block = blocks.get(model.name)
      return {
        name: model.name,
        isView: block?.kind === 'view',
        table: model.dbName ?? model.name,
        schema: model.schema ?? null,
        fields: [
          ...model.fields.map((field) => ({
            name: field.name,
            column: field.dbName ?? field.name,
            kind: field.kind as ModelField['kind'],
            type: field.type,
            isList: field.isList,
            isRequired: field.isRequired,
            nativeType: field.nativeType ?? null,
          })),
          ...unsupportedFields(block),
        ],
        key: model.primaryKey?.fields ?? model.fields.filter((field) => field.isId).map((field) => field.name),
        ignored: block?.fields.filter((field) => field.isIgnored).map((field) => field.name) ?? [],
      }
    }),
  }
}

const unsupportedFields = (block: BlockText | undefined): readonly ModelField[] =>
  (block?.fields ?? []).flatMap(({ name, column, unsupported, isList, isRequired }) =>
    unsupported === null
      ? []
      : [{ name, column, kind: 'unsupported', type: unsupported, isList, isRequired, nativeType: null }],
  )

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
      // Ours to write: the field it names may be gone, or not yet there.
      for (const attribute of block.attributes) if (isVectorIndexLine(attribute.text)) lines[attribute.line] = ''
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
