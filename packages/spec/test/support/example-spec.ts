// A vectorizer as the generator would resolve it.
import { defaultIndex, defaultRecursiveChunking, specVersion, type VectorizerSpec } from '../../src/index.ts'

export const exampleSpec: VectorizerSpec = {
  version: specVersion,
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
  },
  store: { model: 'BlogPostContentEmbeddings', schema: null, table: 'posts_embedding_store' },
  dimensions: 768,
  type: 'vector',
  distance: 'cosine',
  index: defaultIndex,
  model: null,
  chunking: defaultRecursiveChunking,
  template: '$chunk',
}
