// Thousands of vectors in clusters, in stores of each kind, with real indexes that are too small to be right.
import {
  type AnySpec,
  type IndexSpec,
  indexedExpression,
  operatorClass,
  quoteIdentifier,
  quoteLiteral,
  quoteTable,
  type VectorFieldSpec,
  type VectorizerSpec,
  vectorColumn,
} from '@prisma-vectorizer/spec'
import { blogPost, blogPostTable, installVectorizer } from './vectorizers.ts'

const dimensions = 16
export const rows = 3000

const halfvec = { kind: 'hnsw', m: 4, efConstruction: 8, halfvec: true, bit: false } as const

/** `BlogPost.contentEmbeddings`: a store table, HNSW over half precision. */
export const posts: VectorizerSpec = { ...blogPost, dimensions, index: halfvec }

/** A `@vector` field of `model`, in a table of that name. */
export const field = (model: string, index: IndexSpec, more: Partial<VectorFieldSpec> = {}): VectorFieldSpec => ({
  version: 1,
  kind: 'vector',
  name: `${model}_embedding`,
  accessor: 'embedding',
  source: {
    model,
    schema: null,
    table: model,
    key: [
      { field: 'id', column: 'id', type: 'Int', sqlType: 'INTEGER', storeField: 'id', storeColumn: 'id' },
      { field: 'part', column: 'the "part"', type: 'String', sqlType: 'TEXT', storeField: 'part', storeColumn: 'part' },
    ],
  },
  store: { kind: 'column', model, schema: null, table: model, field: 'embedding', column: 'embedding' },
  dimensions,
  type: 'vector',
  distance: 'cosine',
  index,
  roles: { worker: null, application: null },
  list: false,
  ...more,
})

export const lists = { kind: 'ivfflat', lists: 32, halfvec: false } as const
export const bits = { kind: 'hnsw', m: 8, efConstruction: 16, halfvec: false, bit: true } as const

export const photo = field('Photo', lists)
export const sketch = field('Sketch', bits)
/** Vectors of type halfvec, indexed as they are. */
export const half = field(
  'Half',
  { kind: 'hnsw', m: 4, efConstruction: 8, halfvec: false, bit: false },
  { type: 'halfvec', distance: 'l2' },
)
/** Of the types whose text form is their own. */
export const hash = field('Hash', { kind: 'ivfflat', lists: 8, halfvec: false }, { type: 'bit', distance: 'hamming' })
export const words = field(
  'Words',
  { kind: 'hnsw', m: 4, efConstruction: 8, halfvec: false, bit: false },
  { type: 'sparsevec', distance: 'ip' },
)
/** To be cut down to a few rows. */
export const few = field('Few', { kind: 'hnsw', m: 16, efConstruction: 64, halfvec: false, bit: false })
export const note = field('Note', { kind: 'none' })

/** The tables, their vectors and their registry rows. */
export function recallSql(fields: readonly VectorFieldSpec[]): string {
  return [
    blogPostTable,
    installVectorizer(posts),
    `CREATE TEMP TABLE v AS SELECT ordinality::int AS n, v::vector AS v
      FROM unnest(ARRAY[${clusteredVectors(rows).map(quoteLiteral).join(', ')}]::text[]) WITH ORDINALITY AS t (v);`,
    `ALTER TABLE "BlogPost" DISABLE TRIGGER USER;
    INSERT INTO "BlogPost" (id) SELECT n FROM v;
    INSERT INTO "BlogPost_embedding_store" (id, chunk_seq, chunk, embedding) SELECT n, 0, '', v FROM v;`,
    buildIndex(posts),
    ...fields.map(fieldSql),
    'ANALYZE;',
  ].join('\n')
}

function fieldSql(spec: VectorFieldSpec): string {
  const { table } = spec.source
  const vector = spec.type === 'bit' ? 'binary_quantize(v)' : 'v'
  return `CREATE TABLE ${quoteTable(spec.source)} (
    id integer, "the ""part""" text, embedding ${spec.type}(${spec.dimensions}), PRIMARY KEY (id, "the ""part""")
  );
  INSERT INTO ${quoteTable(spec.source)} SELECT n, 'it''s (a, "b")', CASE WHEN n % 50 > 0 THEN ${vector} END FROM v;
  ${buildIndex(spec)}
  INSERT INTO vectorizer.vectorizer (name, source, store, spec)
  VALUES (${[spec.name, quoteIdentifier(table), quoteIdentifier(table), JSON.stringify(spec)].map(quoteLiteral).join(', ')});`
}

export function buildIndex(spec: AnySpec): string {
  const { index, store } = spec
  if (index.kind === 'none' || index.kind === 'diskann') return ''
  const expression = indexedExpression(spec, quoteIdentifier(vectorColumn(store)))
  const parameters =
    index.kind === 'hnsw' ? `m = ${index.m}, ef_construction = ${index.efConstruction}` : `lists = ${index.lists}`
  return `CREATE INDEX ON ${quoteTable(store)} USING ${index.kind} ((${expression}) ${operatorClass(spec)}) WITH (${parameters});`
}

/** The same ones every time, as pgvector's text. */
function clusteredVectors(count: number): string[] {
  let state = 42
  const next = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state / 0x7fffffff - 0.5
  }
  const centres = Array.from({ length: 40 }, () => Array.from({ length: dimensions }, next))
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify((centres[index % centres.length] ?? []).map((value) => Number((value + 1.2 * next()).toFixed(4)))),
  )
}
