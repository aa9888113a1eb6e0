// Sources, stores, queues and triggers as the generator's migrations make them, in the fewest words that behave alike.
import { readFileSync } from 'node:fs'
import {
  filterColumns,
  filterCondition,
  isQueuedAsText,
  objectNames,
  queueKeyColumn,
  quoteIdentifier,
  quoteLiteral,
  quoteTable,
  type TableStore,
  type VectorizerSpec,
  vectorColumn,
} from '@prisma-vectorizer/spec'

const tableStore = {
  kind: 'table',
  parentField: 'parent',
  relation: null,
  onDelete: 'Cascade',
  onUpdate: 'Cascade',
  foreignKey: true,
} as const satisfies Partial<TableStore>

/** `content` of `BlogPost`, with its title in the template. */
export const blogPost = {
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
    templateColumns: [{ field: 'title', column: 'title' }],
    filter: null,
    loading: 'column',
    parsing: 'auto',
  },
  store: { ...tableStore, model: 'BlogPostContentEmbeddings', schema: null, table: 'BlogPost_embedding_store' },
  dimensions: 8,
  type: 'vector',
  distance: 'cosine',
  index: { kind: 'hnsw', m: 16, efConstruction: 64, halfvec: true, bit: false },
  roles: { worker: null, application: null },
  model: 'fake/good',
  chunking: {
    kind: 'recursive',
    size: 800,
    overlap: 400,
    separators: ['\n\n', '\n', '.', '?', '!', ' ', ''],
    regex: false,
    keepSeparator: true,
  },
  template: '$title - $chunk',
  view: null,
  batchSize: null,
  concurrency: null,
  textSearch: null,
  replicated: false,
} as const satisfies VectorizerSpec

/** The same with `destination: column(embedding)`. */
export const blogPostColumn = {
  ...blogPost,
  name: 'BlogPost_embedding',
  accessor: 'embedding',
  store: {
    kind: 'column',
    model: 'BlogPost',
    schema: null,
    table: 'BlogPost',
    field: 'embedding',
    column: 'embedding',
  },
  chunking: { kind: 'none' },
} as const satisfies VectorizerSpec

export const blogPostTable = `CREATE TABLE "BlogPost" (
  id serial PRIMARY KEY, title text NOT NULL DEFAULT 'Title', content text, views integer NOT NULL DEFAULT 0
);`

/** `bio` of `authors`: a key of four parts and types, in a schema of its own, and nullable text. */
export const author: VectorizerSpec = {
  ...blogPost,
  name: 'authors_embedding_store',
  accessor: 'bioEmbeddings',
  source: {
    model: 'Author',
    schema: 'people',
    table: 'authors',
    key: [
      {
        field: 'tenant',
        column: 'tenant',
        type: 'String',
        sqlType: 'UUID',
        storeField: 'tenant',
        storeColumn: 'tenant',
      },
      { field: 'number', column: 'no', type: 'BigInt', sqlType: 'BIGINT', storeField: 'number', storeColumn: 'no' },
      {
        field: 'since',
        column: 'since',
        type: 'DateTime',
        sqlType: 'TIMESTAMPTZ(6)',
        storeField: 'since',
        storeColumn: 'since',
      },
      {
        field: 'chunk',
        column: 'chunk',
        type: 'Role',
        sqlType: '"people"."Role"',
        storeField: 'parentChunk',
        storeColumn: 'parent_chunk',
      },
    ],
    text: { field: 'bio', column: 'bio' },
    templateColumns: [{ field: 'born', column: 'born' }],
    filter: null,
    loading: 'column',
    parsing: 'auto',
  },
  store: { ...tableStore, model: 'AuthorBioEmbeddings', schema: 'people', table: 'authors_embedding_store' },
  template: '$born: $chunk',
}

export const authorTable = `CREATE SCHEMA people;
CREATE TYPE people."Role" AS ENUM ('it''s, "odd"', 'plain');
CREATE TABLE people.authors (
  tenant uuid, no bigint, since timestamptz(6), chunk people."Role", bio text, born date, PRIMARY KEY (tenant, no, since, chunk)
);`

export interface InstallOptions {
  /** Default true. False: the worker alone takes care of a deleted row's chunks and queue row. */
  readonly deleteTrigger?: boolean
}

const quoted = (names: readonly string[], prefix = '') => names.map((name) => prefix + JSON.stringify(name)).join(', ')

function storeSql(spec: VectorizerSpec): string {
  const { key } = spec.source
  const [source, store] = [quoteTable(spec.source), quoteTable(spec.store)]
  const vectorType = `${spec.type}(${spec.dimensions})`
  if (spec.store.kind === 'column')
    return `ALTER TABLE ${source} ADD ${quoteIdentifier(vectorColumn(spec.store))} ${vectorType};`
  const storeKey = quoted(key.map(({ storeColumn }) => storeColumn))
  const foreignKey = `FOREIGN KEY (${storeKey}) REFERENCES ${source} ON DELETE CASCADE ON UPDATE CASCADE`
  return `CREATE TABLE ${store} (
  embedding_uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  ${key.map(({ storeColumn, sqlType }) => `"${storeColumn}" ${sqlType} NOT NULL`).join(', ')},
  chunk_seq integer NOT NULL,
  chunk text NOT NULL,
  embedding ${vectorType} NOT NULL,
  UNIQUE (${storeKey}, chunk_seq)
  ${spec.store.foreignKey ? `, ${foreignKey}` : ''}
);
ALTER TABLE ${store} ALTER COLUMN embedding SET STORAGE PLAIN;`
}

/** The registry and what else all vectorizers share, as migrations make it. */
const registrySql = readFileSync(new URL('../../../generator/sql/install.sql', import.meta.url), 'utf8')

/** The migration of one vectorizer. */
export function installVectorizer(spec: VectorizerSpec, { deleteTrigger = true }: InstallOptions = {}): string {
  const { key, text, templateColumns, filter } = spec.source
  const queue = `vectorizer.${JSON.stringify(objectNames(spec).queue)}`
  const trigger = `vectorizer.${JSON.stringify(objectNames(spec).updateFunction)}`
  const [source, store] = [quoteTable(spec.source), quoteTable(spec.store)]
  const sourceKey = key.map(({ column }) => column)
  const queueKey = key.map((_, part) => queueKeyColumn(spec, part))
  const watched = [...key, text, ...templateColumns, ...filterColumns(filter)].map(({ column }) => column)
  const reset = "not_before = '-infinity', lease = NULL, attempts = 0, lost_leases = 0, failed_at = NULL, error = NULL"
  // Queue before store, as the worker locks them.
  const forget = [
    `DELETE FROM ${queue} WHERE (${quoted(queueKey)}) = (${quoted(sourceKey, 'old.')});`,
    ...(spec.store.kind === 'table' && !spec.store.foreignKey
      ? [
          `DELETE FROM ${store} WHERE (${quoted(key.map(({ storeColumn }) => storeColumn))}) = (${quoted(sourceKey, 'old.')});`,
        ]
      : []),
  ]
  return `CREATE EXTENSION IF NOT EXISTS vector;
${storeSql(spec)}

${registrySql}
CREATE TABLE ${queue} (
  ${key.map((each, part) => `"${queueKey[part]}" ${isQueuedAsText(each) ? 'TEXT' : each.sqlType} NOT NULL`).join(', ')},
  queued_at timestamptz NOT NULL DEFAULT now(),
  not_before timestamptz NOT NULL DEFAULT '-infinity',
  lease uuid, attempts integer NOT NULL DEFAULT 0, lost_leases integer NOT NULL DEFAULT 0,
  reembed boolean NOT NULL DEFAULT false, failed_at timestamptz, error text,
  PRIMARY KEY (${quoted(queueKey)})
);
CREATE INDEX ON ${queue} (queued_at) WHERE failed_at IS NULL;
CREATE FUNCTION ${trigger}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    ${deleteTrigger ? forget.join('\n    ') : ''}
    RETURN NULL;
  END IF;
  IF TG_OP = 'INSERT' AND NOT (${filter === null ? 'true' : filterCondition(filter, 'new.')}) THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'INSERT' OR (${quoted(watched, 'new.')}) IS DISTINCT FROM (${quoted(watched, 'old.')}) THEN
    INSERT INTO ${queue} (${quoted(queueKey)}) VALUES (${quoted(sourceKey, 'new.')})
    ON CONFLICT (${quoted(queueKey)}) DO UPDATE SET ${reset};
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ${JSON.stringify(objectNames(spec).updateTrigger)} AFTER INSERT OR UPDATE OR DELETE ON ${source}
FOR EACH ROW EXECUTE FUNCTION ${trigger}();
INSERT INTO vectorizer.vectorizer (name, source, store, spec)
VALUES (${[spec.name, source, store, JSON.stringify(spec)].map(quoteLiteral).join(', ')});
INSERT INTO ${queue} (${quoted(queueKey)}) SELECT ${quoted(sourceKey)} FROM ${source};`
}
