// The arguments of `averageEmbedding` and `sumEmbedding`, checked before any SQL runs.
import {
  InternalError,
  nearestName,
  type VectorFieldSpec,
  VectorizerError,
  type VectorizerSpec,
} from '@prisma-vectorizer/spec'
import { assertKnown, invalid, objectOf, shown } from '../arguments/argument-readers.ts'
import { chooseVectorizer } from '../arguments/arguments.ts'
import type { Searchable, SearchTarget } from '../find-similar/search-target.ts'
import type { Client } from '../prisma/client.ts'

/** A field the averages are grouped by. */
export interface GroupField {
  readonly field: string
  readonly column: string
  readonly type: string
}

export interface AggregateArguments {
  readonly search: Searchable & { readonly spec: AggregatedSpec }
  readonly where: object | undefined
  /** Undefined: of all rows together. */
  readonly by: readonly GroupField[] | undefined
}

/** pgvector has `avg` and `sum` of these two types. */
export type AggregatedSpec = (VectorizerSpec | VectorFieldSpec) & { readonly type: 'vector' | 'halfvec' }

/** `where` names the call in messages. Throws VZ305 (vectorizer) or VZ306. */
export function parseAggregate(target: SearchTarget, client: Client, args: unknown, where: string): AggregateArguments {
  const given = objectOf(args, where)
  for (const name of Object.keys(given)) assertKnown(name, ['where', 'vectorizer', 'by'], where)
  const search = chooseVectorizer(target, given['vectorizer'], where, true)
  assertAggregated(search, where)
  const by = given['by']
  return {
    search,
    where: whereArgument(given['where'], where),
    by: by === undefined ? undefined : groupFields(by, target.model, client, where),
  }
}

/** The `where` of a method that has no other arguments of findMany; undefined when it is not given. */
export function whereArgument(value: unknown, where: string): object | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'object' && !Array.isArray(value)) return value
  throw invalid(where, `\`where\` is ${shown(value)}, not an object.`, 'Write `where` as for findMany.')
}

function assertAggregated(
  search: Searchable,
  where: string,
): asserts search is Searchable & { readonly spec: AggregatedSpec } {
  const { spec } = search
  const list = spec.kind === 'vector' && spec.list
  if (!list && (spec.type === 'vector' || spec.type === 'halfvec')) return
  throw new VectorizerError('VZ306', {
    fact: `${where}: "${spec.accessor}" ${list ? 'is a list of vectors' : `is of type ${spec.type}`}.`,
    why: 'pgvector averages and adds vectors of the types vector and halfvec, one of each row or chunk.',
    fix: 'Read them with findEmbeddings, and do it in the application.',
  })
}

function groupFields(by: unknown, model: string, client: Client, where: string): readonly GroupField[] {
  const names: readonly unknown[] = Array.isArray(by) ? by : [by]
  if (names.length === 0)
    throw invalid(where, '`by` is empty.', 'Name a field, or leave `by` out for one vector of all.')
  const described = client._runtimeDataModel?.models[model]
  if (!described) throw new InternalError(`this Prisma Client does not describe its model ${model}`)
  const scalars = described.fields.filter(({ kind }) => kind !== 'object')
  return [...new Set(names)].map((name) => {
    const field = scalars.find((each) => each.name === name)
    if (field) return { field: field.name, column: field.dbName ?? field.name, type: field.type }
    const nearest = nearestName(
      String(name),
      scalars.map((each) => each.name),
    )
    throw new VectorizerError('VZ306', {
      fact: `${where}: \`by\` names ${shown(name)}, which is no scalar field of ${model}.`,
      why: 'Vectors are grouped by values of the row itself.',
      fix: nearest ? `Did you mean "${nearest}"?` : `Use one of ${scalars.map((each) => `"${each.name}"`).join(', ')}.`,
    })
  })
}
