// Specs whose names, templates and literals are as hostile as PostgreSQL allows, for properties; and the source they
// stand on. Built directly: an annotation could not say most of it.
import {
  byteLength,
  type ChunkingSpec,
  defaultIndex,
  type FilterColumn,
  type FilterOperator,
  type FilterValue,
  fitIdentifier,
  type IndexSpec,
  type KeyColumnSpec,
  type RowFilter,
  specVersion,
  storeColumns,
  type VectorizerSpec,
  type VectorType,
} from '@prisma-vectorizer/spec'
import fc from 'fast-check'

/** What ends a literal, a comment, a body or a placeholder of ours; what our SQL calls things; reserved words. */
const pieces = [
  ...['"', "'", '\\', '$', '$$', '$1', '$function$', '$function_$', '$enqueue$', '$forget$', '$grants$', '$spec$'],
  ...['%', '%%', '%s', '%1$s', '\n', '\r\n', '\t', ' ', '.', ';', '--', '/*', '*/', '(', ')', '{{store}}', '$&', '::'],
  ...['new', 'old', 'before', 'after', 'inserted', 'deleted', 'updated', 'queued', 'source', 'store', 'tg_relid', 'k'],
  ...[
    'chunk',
    'embedding',
    'chunk_seq',
    'embedding_uuid',
    'lease',
    'error',
    'found',
    'select',
    'user',
    'table',
    'null',
  ],
  ...['é', 'ß', '漢字', '😀', '\u202e', '\u00a0', '\u0301', '\u0007', 'A', 'z', '0'],
]
const piece = fc.constantFrom(...pieces)
const text = fc.array(piece, { maxLength: 5 }).map((parts) => parts.join(''))

/** At most 63 bytes, as PostgreSQL would cut it. */
function cut(name: string): string {
  let fitting = ''
  for (const character of name) {
    if (byteLength(fitting + character) > 63) break
    fitting += character
  }
  return fitting
}

const hostileName = fc.oneof(
  { weight: 6, arbitrary: fc.array(piece, { minLength: 1, maxLength: 4 }).map((parts) => cut(parts.join(''))) },
  { weight: 1, arbitrary: piece.map((part) => cut(part.repeat(63))) },
  { weight: 1, arbitrary: piece },
)
/** A schema or role of one's own may not be called like PostgreSQL's. */
const ownName = hostileName.map((name) => cut(`o${name}`))

export interface HostileSource {
  readonly schema: string | null
  readonly table: string
  /** Made in the schema of the source. */
  readonly enumName: string
  readonly columns: readonly FilterColumn[]
  /** How many of the columns are its key. */
  readonly keyLength: number
  readonly secured: boolean
}

const columnTypes = {
  integer: { type: 'number', sqlType: 'INTEGER' },
  text: { type: 'text', sqlType: 'TEXT' },
  uuid: { type: 'text', sqlType: 'UUID' },
  boolean: { type: 'boolean', sqlType: 'BOOLEAN' },
  moment: { type: 'datetime', sqlType: 'TIMESTAMP(3)' },
} as const
/** Of the first row, of the second, and another. */
export const values: Readonly<Record<string, readonly [string, string, string]>> = {
  INTEGER: ['7', '8', '9'],
  TEXT: ["it's", 'other', '%s'],
  UUID: ['0', '1', '2'].map((last) => `00000000-0000-4000-8000-00000000000${last}`) as [string, string, string],
  BOOLEAN: ['true', 'false', 'true'],
  'TIMESTAMP(3)': ['2020-01-02 03:04:05.678', '2021-01-01 00:00:00', '2022-02-02 00:00:00'],
  enum: ['A', 'B', 'C'],
}
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
export const enumType = ({ schema, enumName }: Pick<HostileSource, 'schema' | 'enumName'>): string =>
  `${quoted(schema ?? 'public')}.${quoted(enumName)}`

const hostileSource: fc.Arbitrary<HostileSource> = fc
  .record({
    schema: fc.option(ownName),
    tables: fc.uniqueArray(hostileName, { minLength: 2, maxLength: 2 }),
    // Two keys, two texts, and one of each kind: what is the key, the text, a template's and a filter's is drawn later.
    columns: fc.uniqueArray(hostileName, { minLength: 8, maxLength: 8 }),
    keyTypes: fc.array(fc.constantFrom('integer', 'text', 'uuid', 'enum', 'moment'), { minLength: 1, maxLength: 2 }),
    secured: fc.boolean(),
  })
  .map(({ schema, tables: [table = '', enumName = ''], columns, keyTypes, secured }) => {
    const types = [...keyTypes, 'text', 'text', 'text', 'enum', 'boolean', 'moment'].slice(0, columns.length)
    const source = { schema, table, enumName, keyLength: keyTypes.length, secured }
    return {
      ...source,
      columns: types.map((type, index) => {
        const column = columns[index] as string
        if (type === 'enum') return { field: `f${index}`, column, type: 'text', sqlType: enumType(source) }
        return { field: `f${index}`, column, ...columnTypes[type as keyof typeof columnTypes] }
      }),
    }
  })

const operators: readonly FilterOperator[] = ['=', '!=', '<', '<=', '>', '>=']

function literalFor({ type, sqlType }: FilterColumn): fc.Arbitrary<FilterValue> {
  if (type === 'boolean') return fc.boolean()
  if (type === 'number') return fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constantFrom(7.5, -0.25))
  if (type === 'datetime') return fc.constantFrom(...(values[sqlType] ?? ['2020-01-01']))
  return fc.oneof(text, fc.constantFrom('A', "it's"))
}

function rowFilter(columns: readonly FilterColumn[]): fc.Arbitrary<RowFilter> {
  const leaf = fc.constantFrom(...columns).chain(
    (column): fc.Arbitrary<RowFilter> =>
      fc.oneof(
        fc.record({
          kind: fc.constant('compare' as const),
          column: fc.constant(column),
          operator: fc.constantFrom(...operators),
          value: literalFor(column),
        }),
        fc.record({
          kind: fc.constant('in' as const),
          column: fc.constant(column),
          values: fc.array(literalFor(column), { minLength: 1, maxLength: 3 }),
        }),
        fc.record({ kind: fc.constant('null' as const), column: fc.constant(column), isNull: fc.boolean() }),
      ),
  )
  const { filter } = fc.letrec<{ filter: RowFilter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      leaf,
      fc.record({ kind: fc.constant('not' as const), filter: tie('filter') }),
      fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        filters: fc.array(tie('filter'), { minLength: 2, maxLength: 2 }),
      }),
    ),
  }))
  return filter
}

const indexes: readonly IndexSpec[] = [
  defaultIndex,
  { ...defaultIndex, halfvec: false },
  { ...defaultIndex, halfvec: false, bit: true },
  { kind: 'ivfflat', lists: 1, halfvec: true, minRows: null },
  { kind: 'none' },
]
const chunking: fc.Arbitrary<ChunkingSpec> = fc.oneof(
  fc.constant({ kind: 'none' as const }),
  fc.record({
    kind: fc.constant('recursive' as const),
    size: fc.constant(9),
    overlap: fc.constant(3),
    separators: fc.array(text),
    regex: fc.boolean(),
    keepSeparator: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('character' as const),
    size: fc.constant(9),
    overlap: fc.constant(3),
    separator: text,
    regex: fc.boolean(),
    keepSeparator: fc.boolean(),
  }),
)

/** Everything of a spec that may be another without its store being another. */
const settings = ({ columns, keyLength, schema }: HostileSource) =>
  fc.record({
    dimensions: fc.constantFrom(3, 4),
    type: fc.constantFrom<VectorType>('vector', 'vector', 'halfvec', 'bit', 'sparsevec'),
    index: fc.constantFrom(...indexes),
    roles: fc.record({ worker: fc.option(ownName), application: fc.option(ownName) }),
    model: fc.option(text.map((name) => `p/${name}`)),
    chunking,
    template: text.map((before) => `${before}$chunk`),
    filter: fc.option(rowFilter(columns)),
    templateColumns: fc.subarray(columns.slice(keyLength + 1), { maxLength: 2 }),
    textSearch: fc.option(fc.constantFrom('english', 'pg_catalog.simple')),
    view: fc.option(fc.record({ name: hostileName, columns: fc.subarray(columns.slice(keyLength)) })),
    schema: fc.constant(schema),
  })
type Settings = ReturnType<typeof settings> extends fc.Arbitrary<infer T> ? T : never

export interface HostileCase {
  readonly source: HostileSource
  /** One spec, and what it becomes. */
  readonly specs: readonly [VectorizerSpec, VectorizerSpec]
  readonly roles: readonly string[]
}

export const hostileCase: fc.Arbitrary<HostileCase> = hostileSource.chain((source) =>
  fc
    .record({
      before: settings(source),
      after: settings(source),
      storeSchema: fc.oneof(fc.constant(source.schema), ownName),
      storeTable: hostileName,
      vectorColumn: hostileName,
      inColumn: fc.boolean(),
      foreignKey: fc.boolean(),
      onDelete: fc.constantFrom('Cascade' as const, 'Restrict' as const, 'NoAction' as const),
      onUpdate: fc.constantFrom('Cascade' as const, 'Restrict' as const, 'NoAction' as const),
      // Whether the roles are there is another matter than what they are called.
      rolesExist: fc.boolean(),
    })
    .map(({ before, after, rolesExist, ...place }) => ({
      source,
      // Objects without a prototype, which fast-check also makes, are no plain data.
      specs: structuredClone([specOf(source, place, before), specOf(source, place, after)] as const),
      roles: rolesExist
        ? [before, after].flatMap(({ roles }) => [roles.worker, roles.application].filter((role) => role !== null))
        : [],
    })),
)

interface Place {
  readonly storeSchema: string | null
  readonly storeTable: string
  readonly vectorColumn: string
  readonly inColumn: boolean
  readonly foreignKey: boolean
  readonly onDelete: 'Cascade' | 'Restrict' | 'NoAction'
  readonly onUpdate: 'Cascade' | 'Restrict' | 'NoAction'
}

/** Another name where `name` is taken. */
const apart = (name: string, taken: readonly string[]): string =>
  taken.includes(name) ? apart(cut(`x${name}`), taken) : name

function specOf(source: HostileSource, place: Place, chosen: Settings): VectorizerSpec {
  const columns = source.columns.map(({ column }) => column)
  const bits = chosen.type === 'bit'
  const key = source.columns.slice(0, source.keyLength).map((part, index): KeyColumnSpec => {
    const taken = place.inColumn ? [] : [...Object.values(storeColumns), ...columns.slice(0, index)]
    return { ...part, type: 'String', storeField: `s${index}`, storeColumn: apart(part.column, taken) }
  })
  const own = { model: 'M', schema: source.schema, table: source.table }
  const column = apart(place.vectorColumn, columns)
  const table = apart(place.storeTable, [source.table, source.enumName])
  const stored = new Set([...Object.values<string>(storeColumns), ...key.map(({ storeColumn }) => storeColumn)])
  const { storeSchema: schema, foreignKey, onDelete, onUpdate } = place
  const view = chosen.view && {
    schema,
    name: apart(chosen.view.name, [source.table, source.enumName, table]),
    columns: chosen.view.columns.filter((item) => !stored.has(item.column)),
  }
  const { field: _field, ...textColumn } = source.columns[source.keyLength] as FilterColumn
  return {
    version: specVersion,
    kind: 'vectorizer',
    name: fitIdentifier(
      [...(place.inColumn ? [source.schema] : [schema]), place.inColumn ? `${source.table}_${column}` : table]
        .filter((part) => part !== null)
        .join('.'),
    ),
    accessor: 'textEmbeddings',
    source: {
      ...own,
      key,
      text: { field: 'text', column: textColumn.column },
      templateColumns: chosen.templateColumns.map((item) => ({ field: item.field, column: item.column })),
      filter: chosen.filter,
      loading: 'column',
      parsing: 'auto',
    },
    store: place.inColumn
      ? { ...own, kind: 'column', field: 'vector', column }
      : {
          kind: 'table',
          ...{ model: 'Store', schema, table, parentField: 'parent', relation: null },
          ...{ onDelete, onUpdate, foreignKey },
        },
    dimensions: chosen.dimensions,
    type: chosen.type,
    distance: bits ? 'hamming' : chosen.type === 'sparsevec' ? 'l2' : 'cosine',
    index: chosen.type === 'sparsevec' && chosen.index.kind === 'ivfflat' ? { kind: 'none' } : chosen.index,
    roles: chosen.roles,
    model: chosen.model,
    chunking: place.inColumn ? { kind: 'none' } : chosen.chunking,
    template: chosen.template,
    view: place.inColumn ? null : view,
    batchSize: null,
    concurrency: null,
    textSearch: place.inColumn ? null : chosen.textSearch,
    replicated: place.inColumn,
  }
}
