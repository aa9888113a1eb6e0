// What loads are tested on: a source of one key with a store for each vector type, one with a key of four parts, and
// vectors that are columns.
import type { TableStore, VectorFieldSpec, VectorizerSpec, VectorType } from '@prisma-vectorizer/spec'
import { author, authorTable, blogPost, blogPostTable, installVectorizer } from './vectorizers.ts'

export const vectorTypes = ['vector', 'halfvec', 'sparsevec', 'bit'] as const

/** The store `BlogPost_<type>` of vectors of 8 dimensions. */
export const storeOf = (type: VectorType) =>
  ({
    ...blogPost,
    name: `BlogPost_${type}`,
    accessor: `${type}Embeddings`,
    type,
    store: { ...blogPost.store, table: `BlogPost_${type}` } satisfies TableStore,
  }) as const satisfies VectorizerSpec

/** A field of `Item` of the type and in a column of its name. */
export const fieldOf = (type: VectorType, list = false): VectorFieldSpec => {
  const field = list ? `${type}List` : type
  const item = { model: 'Item', schema: null, table: 'items' }
  return {
    version: 1,
    kind: 'vector',
    name: `items_${field}`,
    accessor: field,
    source: {
      ...item,
      key: [{ field: 'itemId', column: 'id', type: 'Int', sqlType: 'INTEGER', storeField: 'id', storeColumn: 'id' }],
    },
    store: { ...item, kind: 'column', field, column: field },
    dimensions: 8,
    type,
    distance: type === 'bit' ? 'hamming' : 'cosine',
    index: { kind: 'none' },
    roles: { worker: null, application: null },
    list,
  }
}

/** Enum values that the database has by other names, and the rest of the key of `author`. */
export const mappedAuthor: VectorizerSpec = {
  ...author,
  source: {
    ...author.source,
    key: author.source.key.map((part) =>
      part.type === 'Role' ? { ...part, values: { 'it\'s, "odd"': 'ODD', plain: 'PLAIN' } } : part,
    ),
  },
}

const columns = vectorTypes.flatMap((type) => [`"${type}" ${type}(8)`, `"${type}List" ${type}(8)[]`]).join(', ')
const registered = (spec: VectorFieldSpec) =>
  `INSERT INTO vectorizer.vectorizer (name, source, store, spec) VALUES ('${spec.name}', 'items', 'items', '${JSON.stringify(spec)}');`

/** Posts 1 to 500 and items 1 to 500. */
export const loadTables = `${blogPostTable}
${vectorTypes.map((type) => installVectorizer(storeOf(type))).join('\n')}
${authorTable}
${installVectorizer(mappedAuthor)}
CREATE TABLE items (id integer PRIMARY KEY, ${columns});
${registered(fieldOf('vector'))}
INSERT INTO "BlogPost" (content) SELECT 'text' FROM generate_series(1, 500);
INSERT INTO items (id) SELECT n FROM generate_series(1, 500) n;`
