// From pgai's catalog and the application's schema to what adopting changes: the schema's text, and one migration for
// each vectorizer. Nothing is written here, and every error is thrown here.
import { type AnySpec, isVectorizerError, type VectorizerSpec } from '@prisma-vectorizer/spec'
import type { GeneratorTools } from '../generator-tools.ts'
import type { PrismaApplication } from '../prisma-application.ts'
import { quoted } from './annotation-text.ts'
import { indexSettings } from './index-settings.ts'
import { destinationOf, notAdoptable, numberOf, type PgaiVectorizer, textOf } from './installation.ts'
import { accessorOf, type Neighbour } from './names.ts'
import { notInHistory, planMigrations } from './plan-migrations.ts'
import {
  findText,
  type Insertion,
  isTable,
  type Place,
  parseSchema,
  placeOfField,
  type ReadSchema,
  type RemovedModel,
  withAnnotations,
  withoutStores,
} from './schema-edit.ts'
import { settingsOf } from './settings.ts'
import type { StoreInUse } from './store-in-use.ts'

export interface Candidate {
  readonly vectorizer: PgaiVectorizer
  readonly store: StoreInUse
}

export interface AdoptOptions {
  readonly keepViews: boolean
  readonly keepIndex: boolean
}

export interface Adopted extends Candidate {
  readonly spec: VectorizerSpec
  readonly place: Place
  /** The annotation's lines; empty where the schema has it already. */
  readonly lines: readonly string[]
  readonly notes: readonly string[]
}

export interface Adoption {
  readonly adopted: readonly Adopted[]
  /** Whose migration is written already, and waits to be applied. */
  readonly waiting: readonly PgaiVectorizer[]
  readonly removed: readonly RemovedModel[]
  /** What each file of the schema shall hold, by absolute path. */
  readonly contents: ReadonlyMap<string, string | null>
  readonly folder: string
  /** Names of the migrations that there are. */
  readonly existing: readonly string[]
  readonly migrations: ReturnType<GeneratorTools['planMigrations']>['migrations']
}

/** `searched` is the schema that a model without @@schema is in. Throws VZ515. */
export function planAdoption(
  candidates: readonly Candidate[],
  { schemaPath, migrations: configured }: Pick<PrismaApplication, 'schemaPath' | 'migrations'>,
  searched: string,
  { keepViews, keepIndex }: AdoptOptions,
  tools: GeneratorTools,
): Adoption {
  const onDisk = parseSchema(tools.readSchema(schemaPath), tools)
  const stores = candidates.flatMap(({ vectorizer }) => {
    const { kind, schema, table } = destinationOf(vectorizer)
    return kind === 'table' ? [{ vectorizer, schema, table }] : []
  })
  const { source, removed } = withoutStores(onDisk, stores, searched, tools)
  const read = parseSchema(source, tools)
  const before = tools.planSource(source)
  const specs = before?.specs ?? []
  const folder = before?.generator?.migrations === undefined ? configured : before.generator.migrations
  if (folder === null) throw withoutMigrations(candidates)
  const history = tools.readHistory(folder)

  const isOf = (vectorizer: PgaiVectorizer) => (spec: AnySpec) => isStore(spec, vectorizer, searched)
  const waiting = candidates.filter(({ vectorizer }) => [...history.vectorizers.values()].some(isOf(vectorizer)))
  const rest = candidates.filter((candidate) => !waiting.includes(candidate))
  const insertions = new Map<Candidate, Insertion & { readonly notes: readonly string[] }>()
  const neighbours: Neighbour[] = specs.map((spec) => ({ model: spec.source.model, accessor: spec.accessor }))
  for (const candidate of rest) {
    const { vectorizer, store } = candidate
    if (specs.some(isOf(vectorizer))) continue
    const { model, field } = findText(
      read,
      vectorizer,
      textOf(vectorizer.config.loading, 'column_name') ?? '',
      searched,
    )
    const settings = [settingsOf(vectorizer), indexSettings(vectorizer, store, keepIndex)]
    const others = rest.filter((other) => other !== candidate && sharesSource(other.vectorizer, vectorizer))
    const names = namesOf(vectorizer, model, field, {
      neighbours,
      alone: !neighbours.some((other) => other.model === model.name) && others.length === 0,
      keepViews,
    })
    neighbours.push({ model: model.name, accessor: names.accessor })
    insertions.set(candidate, {
      model: model.name,
      field,
      args: [...settings.flatMap(({ args }) => args), ...names.args],
      notes: [...settings.flatMap(({ notes }) => notes), ...names.notes],
    })
  }
  const annotated = withAnnotations(read, [...insertions.values()], tools)
  const plan = resolving(rest, () => tools.planSource(annotated.source))
  const adopted = rest.map((candidate): Adopted => {
    const spec = plan?.specs.find(isOf(candidate.vectorizer))
    if (spec?.kind !== 'vectorizer') {
      throw notAdoptable(candidate.vectorizer, {
        fact: 'the annotation for it does not lead to its store.',
        fix: 'Please report this, with the row of ai.vectorizer.',
      })
    }
    checkStore(candidate.vectorizer, spec)
    const insertion = insertions.get(candidate)
    const index = [...insertions.keys()].indexOf(candidate)
    return {
      ...candidate,
      spec,
      place: placeOfField(onDisk.schema, spec.source.model, spec.source.text.field),
      lines: insertion ? (annotated.lines[index] ?? []) : [],
      notes: insertion?.notes ?? [],
    }
  })
  return {
    adopted,
    waiting: waiting.map(({ vectorizer }) => vectorizer),
    removed,
    contents: new Map([
      ...annotated.source.files.map(({ absolutePath, content }): [string, string] => [absolutePath, content]),
      ...(plan?.contents ?? []),
    ]),
    folder,
    existing: history.migrations,
    migrations: planMigrations(adopted, plan?.specs ?? [], history, tools, (one, until) =>
      notInHistory(one, until, [...removed.map(({ model }) => `model ${model}`), ...pulledFields(read, adopted)], {
        schema: tools.shownPath(schemaPath),
        folder: tools.shownPath(folder),
      }),
    ),
  }
}

/** Fields of vectors that the schema has already, which no migration has made. */
const pulledFields = ({ datamodel }: ReadSchema, adopted: readonly Adopted[]): readonly string[] =>
  adopted.flatMap(({ spec: { store } }) => {
    const model = datamodel.models.find(({ name }) => name === store.model)
    return store.kind === 'column' && model?.fields.some(({ name }) => name === store.field)
      ? [`field ${store.model}.${store.field}`]
      : []
  })

function isStore({ store }: AnySpec, vectorizer: PgaiVectorizer, searched: string): boolean {
  const destination = destinationOf(vectorizer)
  return (
    store.kind === destination.kind &&
    isTable(store, destination, searched) &&
    (store.kind === 'table' || store.column === destination.column)
  )
}

const sharesSource = (one: PgaiVectorizer, other: PgaiVectorizer): boolean =>
  one.source.schema === other.source.schema &&
  one.source.table === other.source.table &&
  destinationOf(one).kind === 'table' &&
  destinationOf(other).kind === 'table'

type Model = ReturnType<typeof findText>['model']

/** Arguments that name things, left out where they are what the generator would say itself. */
function namesOf(
  vectorizer: PgaiVectorizer,
  model: Model,
  field: string,
  context: { readonly neighbours: readonly Neighbour[]; readonly alone: boolean; readonly keepViews: boolean },
) {
  const destination = destinationOf(vectorizer)
  if (destination.kind === 'column') {
    const own = model.fields.find(({ column }) => column === destination.column)?.name ?? destination.column
    return { args: [['destination', `column(${own})`]] as const, accessor: own, notes: [] }
  }
  if (destination.schema !== vectorizer.source.schema && model.schema === null) {
    throw notAdoptable(vectorizer, {
      fact: `its store is in the Postgres schema "${destination.schema}", its source in "${vectorizer.source.schema}".`,
      why: 'Prisma places models in several schemas only where the datasource lists them.',
      fix: `Add \`schemas = ["${vectorizer.source.schema}", "${destination.schema}"]\` to the datasource and @@schema to each model.`,
    })
  }
  const accessor = accessorOf(field, destination.table, model, context.neighbours)
  const isDefault = context.alone && destination.table === `${model.table}_embedding_store`
  return {
    accessor,
    args: [
      ...(accessor === `${field}Embeddings` ? [] : ([['name', accessor]] as const)),
      ...(isDefault ? [] : ([['targetTable', quoted(destination.table)]] as const)),
      ...(destination.schema === vectorizer.source.schema
        ? []
        : ([['targetSchema', quoted(destination.schema)]] as const)),
      ...(context.keepViews && destination.view !== null ? ([['view', quoted(destination.view)]] as const) : []),
    ],
    notes:
      destination.view === null || context.keepViews
        ? []
        : [
            `The view "${destination.view}" is dropped: it would keep ordinary migrations from changing its columns. --keep-views makes it ours.`,
          ],
  }
}

/** The resolver's errors stand at places of a text that is not written: they are told of the vectorizer instead. */
function resolving<T>(candidates: readonly Candidate[], resolve: () => T): T {
  try {
    return resolve()
  } catch (error) {
    const [first] = candidates
    if (!isVectorizerError(error) || !first) throw error
    const names = candidates.map(({ vectorizer }) => vectorizer.name).join(', ')
    throw notAdoptable(
      { name: names },
      {
        fact: `the annotation is refused with ${error.code}: ${error.fact}`,
        why: error.why,
        fix: [
          error.fix,
          'Change it in pgai, or write the annotation by hand before `adopt`, which takes it as it is.',
        ].join(' '),
        cause: error,
      },
    )
  }
}

/** What an annotation that was written by hand may contradict. */
function checkStore(vectorizer: PgaiVectorizer, spec: VectorizerSpec): void {
  const dimensions = numberOf(vectorizer.config.embedding, 'dimensions')
  if (spec.type !== 'vector' || spec.dimensions !== dimensions) {
    throw notAdoptable(vectorizer, {
      fact: `its vectors are vector(${dimensions}), and ${spec.source.model}.${spec.source.text.field} says ${spec.type}(${spec.dimensions}).`,
      why: 'The vectors are taken over as they are.',
      fix: `Write \`dimensions: ${dimensions}\`, without \`type\`; change it once the migration is applied.`,
    })
  }
  const key = spec.source.key.map(({ column }) => column)
  if ([...key].sort().join() === [...vectorizer.key].sort().join()) return
  throw notAdoptable(vectorizer, {
    fact: `its store is made for the key (${vectorizer.key.join(', ')}), and ${spec.source.model} has (${key.join(', ')}).`,
    why: 'The primary key was changed after pgai made the store.',
    fix: 'Run `prisma db pull` if the schema is behind; else drop the vectorizer and write a new annotation.',
  })
}

const withoutMigrations = (candidates: readonly Candidate[]) =>
  notAdoptable(
    { name: candidates.map(({ vectorizer }) => vectorizer.name).join(', ') },
    {
      fact: 'the generator block has `migrations = "none"`.',
      why: 'It is a migration that takes the store over.',
      fix: 'Remove the option, at least for now.',
    },
  )
