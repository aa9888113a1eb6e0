// Two things of one name: between annotations, and between an annotation and what the schema already has (VZ109).
import type { AnySpec, TableStore } from '@prisma-vectorizer/spec'
import { placeOf } from '../annotation/parse-annotation.ts'
import type { Datamodel } from '../read/dmmf.ts'
import type { AnnotationText } from '../read/scan-annotations.ts'
import { fault } from './fault.ts'

export interface ResolvedSpec {
  readonly annotation: AnnotationText
  /** Where each argument stands in the annotation. */
  readonly offsets: Readonly<Record<string, number>>
  readonly spec: AnySpec
}

type Claim = (one: ResolvedSpec, key: string, what: string, option: Option) => void
type Option = 'name' | 'targetTable' | 'destination' | 'view'

/** Derived models themselves may be in `datamodel` (the generator sees them); they are told apart by name and table. */
export function checkConflicts(resolved: readonly ResolvedSpec[], datamodel: Datamodel): void {
  const seen = new Map<string, ResolvedSpec>()
  const claim: Claim = (one, key, what, option) => {
    const other = seen.get(key)
    if (other) throw conflict(one, `${what} is also wanted by ${placeOf(other.annotation)}`, option)
    seen.set(key, one)
  }
  for (const one of resolved) {
    const { spec } = one
    const { store, source } = spec
    if (store.kind === 'table') {
      claim(one, `table ${spec.name}`, `the table ${spec.name}`, 'targetTable')
      claim(one, `accessor ${source.model}.${spec.accessor}`, `the accessor ${source.model}.${spec.accessor}`, 'name')
      claim(one, `model ${store.model}`, `the model ${store.model}`, 'name')
      checkTable(one, store, datamodel)
    } else {
      claim(one, `accessor ${source.model}.${store.field}`, `the field ${source.model}.${store.field}`, 'destination')
    }
    const option = store.kind === 'table' ? 'targetTable' : 'destination'
    claim(one, `name ${spec.name}`, `the name ${spec.name} in the registry`, option)
    checkView(one, claim, datamodel)
  }
}

function checkTable(one: ResolvedSpec, store: TableStore, datamodel: Datamodel): void {
  const { spec } = one
  const owner = datamodel.models.find((model) => model.table === store.table && model.schema === store.schema)
  if (owner && owner.name !== store.model) {
    throw conflict(one, `the store's table \`${store.table}\` is the table of ${owner.name}`, 'targetTable')
  }
  const namesake = datamodel.models.find((model) => model.name === store.model)
  if (namesake && namesake.table !== store.table) {
    throw conflict(one, `the schema already has a model ${store.model}`, 'name')
  }
  const parent = datamodel.models.find((model) => model.name === spec.source.model)
  const field = parent?.fields.find((candidate) => candidate.name === spec.accessor)
  if ((field && field.type !== store.model) || parent?.ignored.includes(spec.accessor)) {
    throw conflict(one, `${spec.source.model} already has a field ${spec.accessor}`, 'name')
  }
}

/** A view shares one space of names with the tables of its schema. */
function checkView(one: ResolvedSpec, claim: Claim, datamodel: Datamodel): void {
  const { spec } = one
  if (spec.store.kind === 'table') {
    claim(one, relationKey(spec.store.schema, spec.store.table), `the name ${spec.store.table}`, 'targetTable')
  }
  if (spec.kind !== 'vectorizer' || spec.view === null) return
  const { schema, name } = spec.view
  const owner = datamodel.models.find((model) => model.table === name && model.schema === schema && !model.isView)
  if (owner) throw conflict(one, `the view \`${name}\` has the name of the table of ${owner.name}`, 'view')
  claim(one, relationKey(schema, name), `the name ${name} of the view`, 'view')
}

const relationKey = (schema: string | null, name: string): string => `relation ${schema ?? ''}.${name}`

const examples: Readonly<Record<Option, string>> = {
  name: 'name: name',
  targetTable: 'targetTable: "table"',
  destination: 'destination: column(field)',
  view: 'view: "view"',
}

const reasons: Readonly<Record<Option, string>> = {
  name: 'Each vectorizer keeps its embeddings in a store of its own.',
  targetTable: 'Each vectorizer keeps its embeddings in a store of its own.',
  destination: 'A column holds the vectors of one annotation.',
  view: 'Tables and views of a schema share their names.',
}

function conflict({ annotation, offsets }: ResolvedSpec, what: string, option: Option) {
  return fault('VZ109', annotation, offsets[option], {
    fact: `${placeOf(annotation)}: ${what}.`,
    why: reasons[option],
    fix:
      annotation.kind === 'vector'
        ? 'Remove one of the two annotations.'
        : `Give this one another \`${examples[option]}\`.`,
  })
}
