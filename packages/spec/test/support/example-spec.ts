// A vectorizer as the generator would resolve it.
import { defaultIndex, defaultRecursiveChunking, specVersion, type VectorizerSpec } from '../../src/index.ts'

export const exampleSpec: VectorizerSpec = {
  version: specVersion,
  kind: 'vectorizer',
  name: 'posts_embedding_store',
  accessor: 'contentEmbeddings',
  source: {
    model: 'BlogPost',
    schema: null,
    table: 'posts',
    key: [
      { field: 'id', column: 'post_id', type: 'Int', sqlType: 'INTEGER', storeField: 'id', storeColumn: 'post_id' },
    ],
    text: { field: 'content', column: 'content' },
    templateColumns: [],
    filter: null,
    loading: 'column',
    parsing: 'auto',
  },
  store: {
    kind: 'table',
    model: 'BlogPostContentEmbeddings',
    schema: null,
    table: 'posts_embedding_store',
    parentField: 'parent',
    relation: null,
    onDelete: 'Cascade',
    onUpdate: 'Cascade',
    foreignKey: true,
  },
  dimensions: 768,
  type: 'vector',
  distance: 'cosine',
  index: defaultIndex,
  roles: { worker: null, application: null },
  model: null,
  chunking: defaultRecursiveChunking,
  template: '$chunk',
  view: null,
  batchSize: null,
  concurrency: null,
}
