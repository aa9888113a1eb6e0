// Each vectorizer and vector field of the registry with the index it should have and the one there is.
import {
  type AnySpec,
  completeSpec,
  fitIdentifier,
  objectNames,
  type Queryable,
  quoteIdentifier,
  quoteTable,
  type Row,
  specVersion,
  VectorizerError,
  vectorizerSchema,
} from '@prisma-vectorizer/spec'
import { queryRegistry } from '../registry.ts'
import { unknownVersion } from '../set-aside.ts'
import { definitionDifference } from './definition.ts'
import { readUpkeep, type UpkeepIndex, type UpkeepRow } from './facts.ts'

/**
 * `unwanted`: the annotation says `index: none`. `invalid`: a build of it failed or was cut off. `different`: it is not what
 * the annotation says; `difference` tells how.
 */
export type IndexState = 'unwanted' | 'absent' | 'building' | 'invalid' | 'valid' | 'different'

export interface IndexTarget {
  /** `BlogPost.contentEmbeddings`, or `Photo.embedding` for a vector field. */
  readonly label: string
  /** In the registry. */
  readonly name: string
  readonly spec: AnySpec
  readonly schema: string
  /** Quoted, as the tables are named today. */
  readonly store: string
  readonly queue: string
  readonly vectorSchema: string
  readonly owner: string
  readonly role: string
  readonly owns: boolean
  readonly partitioned: boolean
  /** As the planner guesses it; null: unknown. */
  readonly rows: number | null
  readonly pages: number
  readonly bytes: number
  readonly index: string
  readonly state: IndexState
  /** Such as `m = 8, not 16`; undefined unless `state` is `different`. */
  readonly difference: string | undefined
  /** The index under the name that a rebuilding gives it before it takes the place of the old one. */
  readonly replacement: { readonly name: string; readonly state: 'absent' | 'valid' | 'unfit' }
}

/** One that cannot be looked at: VZ504 or VZ505. */
export interface BrokenTarget {
  readonly label: string
  readonly name: string
  readonly error: VectorizerError
}

/** Throws VZ507 where the registry cannot be read. Without `name` all of them. */
export async function readTargets(
  connection: Queryable,
  name?: string,
): Promise<readonly (IndexTarget | BrokenTarget)[]> {
  return (await queryRegistry<UpkeepRow & Row>(connection, readUpkeep(name))).map(targetOf)
}

function targetOf(row: UpkeepRow): IndexTarget | BrokenTarget {
  const stored = (typeof row.spec === 'string' ? JSON.parse(row.spec) : row.spec) as AnySpec
  const { name } = row
  if (stored.version !== specVersion) return { label: name, name, error: unknownVersion(name, stored.version) }
  const spec = completeSpec(stored)
  const label = `${spec.source.model}.${spec.accessor}`
  const { store_schema: schema, store_table: table, vector_schema: vectorSchema, owner } = row
  if (schema === null || table === null || owner === null)
    return { label, name, error: gone(label, `its store \`${spec.store.table}\` was dropped`) }
  if (vectorSchema === null) return { label, name, error: gone(label, 'the extension `vector` was dropped') }
  const { vectorIndex, queue } = objectNames(spec)
  const replacement = fitIdentifier(vectorIndex, '_new')
  const indexes = row.indexes ?? []
  const [current, next] = [vectorIndex, replacement].map((wanted) => indexes.find((index) => index.name === wanted))
  const difference = current && definitionDifference(spec, current)
  return {
    label,
    name,
    spec,
    schema,
    store: quoteTable({ schema, table }),
    queue: `${vectorizerSchema}.${quoteIdentifier(queue)}`,
    vectorSchema,
    owner,
    role: row.role,
    owns: row.owns === true,
    partitioned: row.partitioned === true,
    rows: row.rows,
    pages: row.pages ?? 0,
    bytes: row.bytes ?? 0,
    index: vectorIndex,
    state: stateOf(spec, current, difference),
    difference,
    replacement: { name: replacement, state: !next ? 'absent' : isFit(spec, next) ? 'valid' : 'unfit' },
  }
}

function stateOf(spec: AnySpec, index: UpkeepIndex | undefined, difference: string | undefined): IndexState {
  if (spec.index.kind === 'none') return 'unwanted'
  if (!index) return 'absent'
  if (index.building) return 'building'
  // Of an index that is not valid it does not matter what it is.
  if (!index.valid) return 'invalid'
  return difference === undefined ? 'valid' : 'different'
}

const isFit = (spec: AnySpec, index: UpkeepIndex): boolean =>
  index.valid && !index.building && definitionDifference(spec, index) === undefined

function gone(label: string, fact: string): VectorizerError {
  return new VectorizerError('VZ504', {
    fact: `${label}: ${fact}.`,
    why: 'A migration has changed the tables since the vectorizer was made.',
    fix: 'Run `prisma generate`, then apply the migration it writes.',
  })
}
