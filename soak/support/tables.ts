// The application of the soak: two tables, three vectorizers, made by the real migrations.
import {
  type ColumnStore,
  defaultCharacterChunking,
  defaultIndex,
  defaultRecursiveChunking,
  type TableStore,
  type VectorizerSpec,
} from '@prisma-vectorizer/spec'
import type pg from 'pg'
import { blogSpec, migrate } from '../../bench/support/blog.ts'
import { emitCreate, emitExtension } from '../../packages/generator/src/emit/migration.ts'
import { dimensions } from './vector.ts'
import { modelName } from './worker-settings.ts'

const blog = blogSpec({ dimensions })

/** Chunks in a store of their own, with a foreign key. */
export const postContent: VectorizerSpec = {
  ...blog,
  model: modelName,
  template: '$title - $chunk',
  source: { ...blog.source, templateColumns: [{ field: 'title', column: 'title' }] },
  chunking: { ...defaultRecursiveChunking, size: 120, overlap: 30 },
}

const booleanColumn = (name: string) => ({ field: name, column: name, type: 'boolean', sqlType: 'BOOLEAN' }) as const

/** One vector per row, in a column of the row itself, of the rows that are published. */
export const postSummary: VectorizerSpec = {
  ...postContent,
  name: 'BlogPost_summaryEmbedding',
  accessor: 'summaryEmbedding',
  template: '$chunk',
  source: {
    ...postContent.source,
    text: { field: 'summary', column: 'summary' },
    templateColumns: [],
    filter: { kind: 'compare', column: booleanColumn('published'), operator: '=', value: true },
  },
  store: {
    kind: 'column',
    model: 'BlogPost',
    schema: null,
    table: 'BlogPost',
    field: 'summaryEmbedding',
    column: 'summaryEmbedding',
  } satisfies ColumnStore,
  index: { kind: 'none' },
  chunking: { kind: 'none' },
}

const keyPart = (name: string, sqlType: string) =>
  ({ field: name, column: name, type: 'String', sqlType, storeField: name, storeColumn: name }) as const

/** A key of two parts, no foreign key, as under `relationMode = "prisma"`, and only notes that are not archived. */
export const noteBody: VectorizerSpec = {
  ...postContent,
  name: 'Note_embedding_store',
  accessor: 'bodyEmbeddings',
  template: '$chunk',
  source: {
    ...postContent.source,
    model: 'Note',
    table: 'Note',
    key: [keyPart('tenant', 'UUID'), keyPart('slug', 'TEXT')],
    text: { field: 'body', column: 'body' },
    templateColumns: [],
    filter: { kind: 'compare', column: booleanColumn('archived'), operator: '=', value: false },
  },
  store: {
    ...(blog.store as TableStore),
    model: 'NoteBodyEmbeddings',
    table: 'Note_embedding_store',
    foreignKey: false,
  },
  index: { ...defaultIndex, halfvec: false },
  chunking: { ...defaultCharacterChunking, size: 150, overlap: 40 },
}

export const specs: readonly VectorizerSpec[] = [postContent, postSummary, noteBody]

const tables = `
  create table "BlogPost" (
    "id" integer primary key,
    "title" text,
    "published" boolean not null default false,
    "views" integer not null default 0,
    "mood" text,
    "content" text,
    "summary" text,
    "summaryEmbedding" vector(${dimensions})
  );
  create table "Note" (
    "tenant" uuid not null,
    "slug" text not null,
    "archived" boolean not null default false,
    "views" integer not null default 0,
    "mood" text,
    "body" text,
    primary key ("tenant", "slug")
  )`

export async function createTables(client: pg.Client): Promise<void> {
  await client.query(emitExtension())
  await client.query(tables)
  await migrate(client, postContent)
  // The column is the application's own, there before.
  await client.query(emitCreate(postSummary, { store: 'as wanted', secures: false }))
  await migrate(client, noteBody)
}
