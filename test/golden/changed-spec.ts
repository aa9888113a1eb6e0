// A spec with each of its arguments changed, one after the other.
import { isDeepStrictEqual } from 'node:util'
import {
  type AnySpec,
  defaultCharacterChunking,
  defaultIndex,
  type FilterColumn,
  type RowFilter,
  type VectorizerSpec,
} from '@prisma-vectorizer/spec'

/** Changes what it is given, and leaves the rest. */
type Step<S extends AnySpec> = readonly [name: string, changed: (spec: S) => S]

/** Of anything that is searched. Dimensions are few from the first on, so that every type and index can hold them. */
const ofVectors: readonly Step<AnySpec>[] = [
  ['index: none', (spec) => ({ ...spec, index: { kind: 'none' } })],
  // The length of a field of bits is Prisma's to change: it sees that.
  ['dimensions', (spec) => (isBitField(spec) ? spec : { ...spec, dimensions: spec.dimensions === 3 ? 4 : 3 })],
  ['index: hnsw, over the column', (spec) => ({ ...spec, index: { ...defaultIndex, halfvec: false } })],
  ['index: hnsw(m, efConstruction)', (spec) => ({ ...spec, index: { ...defaultIndex, m: 8, halfvec: false } })],
  ['index: none', (spec) => ({ ...spec, index: { kind: 'none' } })],
  ['roles', (spec) => ({ ...spec, roles: { worker: 'golden_worker', application: 'golden "application"' } })],
  ['roles that do not exist', (spec) => ({ ...spec, roles: { worker: 'golden_absent', application: null } })],
]

const bits = { ...defaultIndex, halfvec: false, bit: true } as const

const ofDenseVectors: readonly Step<AnySpec>[] = [
  ['type: vector', (spec) => ({ ...spec, type: 'vector', distance: 'cosine' })],
  ['index: hnsw(bit)', (spec) => ({ ...spec, index: bits })],
  ['index: hnsw', (spec) => ({ ...spec, index: defaultIndex })],
  ['distance', (spec) => ({ ...spec, distance: 'l2' })],
  ['index: ivfflat', (spec) => ({ ...spec, index: { kind: 'ivfflat', lists: 1, halfvec: true } })],
  ['index: ivfflat, over the column', (spec) => ({ ...spec, index: { kind: 'ivfflat', lists: 1, halfvec: false } })],
  ['type: halfvec', (spec) => ({ ...spec, type: 'halfvec' })],
  ['index: hnsw(bit), of halfvec', (spec) => ({ ...spec, distance: 'cosine', index: bits })],
]

/** Of lists, which have no index. */
const ofLists: readonly Step<AnySpec>[] = [
  ['dimensions', (spec) => ({ ...spec, dimensions: spec.dimensions === 3 ? 4 : 3 })],
  ['type: halfvec', (spec) => ({ ...spec, type: 'halfvec' })],
  ['roles', (spec) => ({ ...spec, roles: { worker: 'golden_worker', application: 'golden "application"' } })],
]

const ofEmbeddings: readonly Step<VectorizerSpec>[] = [
  ['type: sparsevec', (spec) => ({ ...spec, type: 'sparsevec', index: { kind: 'none' } })],
  ['type: bit', (spec) => ({ ...spec, type: 'bit', distance: 'hamming', index: defaultIndex })],
  ['distance: jaccard', (spec) => ({ ...spec, distance: 'jaccard' })],
  ['type: vector, of bits', (spec) => ({ ...spec, type: 'vector', distance: 'cosine' })],
  ['type and dimensions', (spec) => ({ ...spec, type: 'halfvec', dimensions: 5 })],
  ['model', (spec) => ({ ...spec, model: spec.model === 'local/hash' ? null : 'local/hash' })],
  ['template', (spec) => ({ ...spec, template: `$function$ %s $$5 ' ${spec.template}` })],
  ['a template with another column', (spec) => withSource(spec, { templateColumns: spec.source.key })],
  ['the text field', (spec) => withSource(spec, { text: keyColumn(spec) })],
  ['where', (spec) => withSource(spec, { filter: isNot(spec, "it's %s $forget$ \\") })],
  ['another where', (spec) => withSource(spec, { filter: { kind: 'not', filter: isNot(spec, 'x') } })],
  ['no where', (spec) => withSource(spec, { filter: null })],
  ['loading and parsing', (spec) => withSource(spec, { loading: 'uri', parsing: 'pdf' })],
  ['batchSize and concurrency', (spec) => ({ ...spec, batchSize: 7, concurrency: 3 })],
]

const ofChunks: readonly Step<VectorizerSpec>[] = [
  ['textSearch', (spec) => ({ ...spec, textSearch: spec.textSearch === 'german' ? 'english' : 'german' })],
  ['chunking', (spec) => ({ ...spec, chunking: { ...defaultCharacterChunking, separator: '$spec$\n--' } })],
  ['chunking: none', (spec) => ({ ...spec, chunking: { kind: 'none' } })],
  ['view', (spec) => ({ ...spec, view: { schema: spec.store.schema, name: 'golden view', columns: [] } })],
  ['columns of the view', (spec) => ({ ...spec, view: spec.view && { ...spec.view, columns: viewed(spec) } })],
  ['a view while the dimensions change', (spec) => ({ ...spec, dimensions: 6 })],
  ['another textSearch', (spec) => ({ ...spec, textSearch: 'pg_catalog.simple' })],
  ['no textSearch', (spec) => ({ ...spec, textSearch: null })],
  ['no view', (spec) => ({ ...spec, view: null })],
  ['name', (spec) => ({ ...spec, accessor: `other_${spec.accessor}` })],
  ['relationMode', (spec) => withForeignKey(spec, false)],
  ['where, without a foreign key', (spec) => withSource(spec, { filter: isNot(spec, 'x') })],
  ['relationMode, back again', (spec) => withForeignKey(spec, true)],
]

/** Each change is one of the spec that the one before has left. */
export function* changesOf(spec: AnySpec): Generator<readonly [name: string, changed: AnySpec]> {
  const steps: readonly (readonly [name: string, changed: (spec: never) => AnySpec])[] = isList(spec)
    ? ofLists
    : [
        ...ofVectors,
        ...(isBitField(spec) ? [] : ofDenseVectors),
        ...(spec.kind === 'vectorizer' ? ofEmbeddings : []),
        ...(spec.kind === 'vectorizer' && spec.store.kind === 'table' ? ofChunks : []),
      ]
  let current = spec
  for (const [name, change] of steps) {
    const changed: AnySpec = change(current as never)
    if (!isDeepStrictEqual(changed, current)) yield [name, changed]
    current = changed
  }
}

const isList = (spec: AnySpec): boolean => spec.kind === 'vector' && spec.list

const isBitField = ({ kind, type }: AnySpec): boolean => kind === 'vector' && type === 'bit'

const withSource = (spec: VectorizerSpec, source: Partial<VectorizerSpec['source']>): VectorizerSpec => ({
  ...spec,
  source: { ...spec.source, ...source },
})

const withForeignKey = (spec: VectorizerSpec, foreignKey: boolean): VectorizerSpec =>
  spec.store.kind === 'table' ? { ...spec, store: { ...spec.store, foreignKey } } : spec

function keyColumn({ source }: VectorizerSpec): FilterColumn {
  const [part] = source.key
  if (!part) throw new Error(`${source.model} has no key`)
  return { field: part.field, column: part.column, type: 'text', sqlType: part.sqlType }
}

const isNot = (spec: VectorizerSpec, value: string): RowFilter => ({
  kind: 'compare',
  column: keyColumn(spec),
  operator: '!=',
  value,
})

/** The text, unless it is called like a column of the store. */
const viewed = ({ source }: VectorizerSpec) =>
  source.key.some(({ column }) => column === source.text.column)
    ? []
    : [{ column: source.text.column, sqlType: 'TEXT' }]
