// The BlogPost of every benchmark: its table, its spec, and the real migrations of its vectorizer.
import { defaultIndex, defaultRecursiveChunking, type VectorizerSpec } from '@prisma-vectorizer/spec'
import type pg from 'pg'
import { emitCreate, emitExtension } from '../../packages/generator/src/emit/migration.ts'

export const blogTables = `
  create table "Author" ("id" serial primary key, "name" text not null);
  create table "BlogPost" (
    "id" serial primary key,
    "title" text not null,
    "published" boolean not null default false,
    "views" integer not null default 0,
    "content" text not null,
    "authorId" integer references "Author" ("id")
  )`

export function blogSpec(options: { readonly dimensions: number; readonly template?: string }): VectorizerSpec {
  return {
    version: 1,
    kind: 'vectorizer',
    name: 'BlogPost_embedding_store',
    accessor: 'contentEmbeddings',
    source: {
      model: 'BlogPost',
      schema: null,
      table: 'BlogPost',
      key: [{ field: 'id', column: 'id', type: 'Int', sqlType: 'INTEGER', storeField: 'id', storeColumn: 'id' }],
      text: { field: 'content', column: 'content' },
      templateColumns: options.template?.includes('$title') ? [{ field: 'title', column: 'title' }] : [],
      filter: null,
      loading: 'column',
      parsing: 'auto',
    },
    store: {
      kind: 'table',
      model: 'BlogPostContentEmbeddings',
      schema: null,
      table: 'BlogPost_embedding_store',
      parentField: 'parent',
      relation: null,
      onDelete: 'Cascade',
      onUpdate: 'Cascade',
      foreignKey: true,
    },
    dimensions: options.dimensions,
    type: 'vector',
    distance: 'cosine',
    index: defaultIndex,
    roles: { worker: null, application: null },
    model: 'local/hash',
    chunking: defaultRecursiveChunking,
    template: options.template ?? '$chunk',
    view: null,
    batchSize: null,
    concurrency: null,
    textSearch: null,
    replicated: false,
  }
}

export async function migrate(client: pg.Client, spec: VectorizerSpec): Promise<void> {
  await client.query(emitExtension())
  await client.query(emitCreate(spec, { store: 'absent', secures: false }))
}
