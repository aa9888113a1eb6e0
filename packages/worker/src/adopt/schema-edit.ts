// The schema as text, with what adopting changes in it: models of pgai's stores go, annotations come.
import { VectorizerError } from '@prisma-vectorizer/spec'
import type { GeneratorTools } from '../generator-tools.ts'
import { type Argument, annotationLines } from './annotation-text.ts'
import { notAdoptable, type PgaiVectorizer } from './installation.ts'

type Source = ReturnType<GeneratorTools['readSchema']>
type Schema = ReturnType<GeneratorTools['scanSchema']>
type Datamodel = NonNullable<ReturnType<GeneratorTools['parseDatamodel']>>
type Model = Datamodel['models'][number]

export interface ReadSchema {
  readonly source: Source
  readonly schema: Schema
  readonly datamodel: Datamodel
}

/** Where an annotation goes, in the schema as it is on disk. */
export interface Place {
  readonly file: string
  /** 1-based: that of the field. */
  readonly line: number
}

export interface RemovedModel extends Place {
  readonly model: string
}

/** Throws VZ515 when Prisma cannot read it. */
export function parseSchema(source: Source, tools: GeneratorTools): ReadSchema {
  const schema = tools.scanSchema(source.files)
  const datamodel = tools.parseDatamodel(schema)
  if (datamodel) return { source, schema, datamodel }
  throw new VectorizerError('VZ515', {
    fact: `Prisma cannot read the schema ${tools.shownPath(source.path)}.`,
    fix: 'Run `prisma validate`, which says why.',
  })
}

/** Whether a model, or a store, is the table; without a schema the search path decides, which is `searched`. */
export const isTable = (
  model: { readonly schema: string | null; readonly table: string },
  table: { readonly schema: string; readonly table: string },
  searched: string,
): boolean => model.table === table.table && (model.schema ?? searched) === table.schema

/**
 * The schema without the models that `prisma db pull` made of pgai's stores: the generator derives its own. Throws VZ515
 * for one that has relations.
 */
export function withoutStores(
  { source, schema, datamodel }: ReadSchema,
  stores: readonly { readonly vectorizer: PgaiVectorizer; readonly schema: string; readonly table: string }[],
  searched: string,
  tools: GeneratorTools,
): { readonly source: Source; readonly removed: readonly RemovedModel[] } {
  const removed: RemovedModel[] = []
  const edits = new Map(source.files.map((file) => [file, new tools.LineEdits(file.content)]))
  for (const model of datamodel.models) {
    const store = stores.find((candidate) => isTable(model, candidate, searched))
    const block = schema.blocks.find((candidate) => candidate.kind === 'model' && candidate.name === model.name)
    if (!store || !block) continue
    refuseRelations(store.vectorizer, model)
    const lines = edits.get(block.file)
    // What `db pull` says about a model stands right above it.
    let start = block.start
    while (start > 0 && /^\s*\/\/\//u.test(lines?.line(start - 1) ?? '')) start--
    if (start > 0 && lines?.line(start - 1).trim() === '') start--
    for (let line = start; line <= block.end; line++) lines?.replace(line, null)
    removed.push({ model: model.name, file: block.file.path, line: block.start + 1 })
  }
  return { source: edited(source, edits), removed }
}

function refuseRelations(vectorizer: PgaiVectorizer, model: Model): void {
  const relation = model.fields.find((field) => field.kind === 'object')
  if (!relation) return
  throw notAdoptable(vectorizer, {
    fact: `${model.name} is the model of its store, and has the relation ${relation.name}.`,
    why: 'The generator derives the model of a store itself, with a relation to its source.',
    fix: `Remove ${model.name} and the fields of other models that refer to it; use the derived relation instead.`,
  })
}

export interface Annotated {
  readonly model: Model
  readonly field: string
}

/** The model and field of the text. Throws VZ515. */
export function findText(
  { datamodel }: ReadSchema,
  vectorizer: PgaiVectorizer,
  column: string,
  searched: string,
): Annotated {
  const { source } = vectorizer
  const model = datamodel.models.find((candidate) => isTable(candidate, source, searched))
  if (!model) {
    throw notAdoptable(vectorizer, {
      fact: `no model of the schema has the table "${source.schema}"."${source.table}".`,
      why: 'The annotation stands on a field of the model.',
      fix: `Run \`prisma db pull\`${source.schema === searched ? '' : `, with "${source.schema}" among the \`schemas\` of the datasource`}.`,
    })
  }
  const field = model.fields.find((candidate) => candidate.column === column)
  if (!field) {
    throw notAdoptable(vectorizer, {
      fact: `${model.name} has no field with the column "${column}", which it embeds.`,
      fix: 'Run `prisma db pull`; if the column was renamed since, write the annotation on the field by hand.',
    })
  }
  return { model, field: field.name }
}

export interface Insertion {
  readonly model: string
  readonly field: string
  readonly args: readonly Argument[]
}

/** The schema with an annotation above each field, and the lines of each. */
export function withAnnotations(
  { source, schema }: Pick<ReadSchema, 'source' | 'schema'>,
  insertions: readonly Insertion[],
  tools: GeneratorTools,
): { readonly source: Source; readonly lines: readonly (readonly string[])[] } {
  const edits = new Map(source.files.map((file) => [file, new tools.LineEdits(file.content)]))
  const lines = insertions.map(({ model, field, args }) => {
    const { block, line } = fieldLine(schema, model, field)
    const text = edits.get(block.file)
    const written = annotationLines(args, /^\s*/u.exec(text?.line(line) ?? '')?.[0] ?? '')
    text?.addBehind(line - 1, written)
    return written
  })
  return { source: edited(source, edits), lines }
}

export function placeOfField(schema: Schema, model: string, field: string): Place {
  const { block, line } = fieldLine(schema, model, field)
  return { file: block.file.path, line: line + 1 }
}

function fieldLine(schema: Schema, model: string, field: string) {
  for (const block of schema.blocks) {
    const found = block.kind === 'model' && block.name === model && block.fields.find(({ name }) => name === field)
    if (found) return { block, line: found.line }
  }
  throw new VectorizerError('VZ515', {
    fact: `${model}.${field} is not found in the text of the schema.`,
    fix: 'Run `prisma format`, then this command again.',
  })
}

const edited = (source: Source, edits: ReadonlyMap<Source['files'][number], { content(): string }>): Source => ({
  ...source,
  files: source.files.map((file) => ({ ...file, content: edits.get(file)?.content() ?? file.content })),
})
