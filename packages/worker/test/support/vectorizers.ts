// Sources, stores, queues and triggers as the generator's migrations make them, in the fewest words that behave alike.
import {
  isQueuedAsText,
  objectNames,
  queueKeyColumn,
  quoteLiteral,
  quoteTable,
  type VectorizerSpec,
} from '@prisma-vectorizer/spec'

/** `content` of `BlogPost`, with its title in the template. */
export const blogPost: VectorizerSpec = {
  version: 1,
  name: 'BlogPost_embedding_store',
  accessor: 'contentEmbeddings',
  source: {
    model: 'BlogPost',
    schema: null,
    table: 'BlogPost',
    key: [{ field: 'id', column: 'id', type: 'Int', sqlType: 'INTEGER', storeField: 'id', storeColumn: 'id' }],
    text: { field: 'content', column: 'content' },
    templateColumns: [{ field: 'title', column: 'title' }],
  },
  store: { model: 'BlogPostContentEmbeddings', schema: null, table: 'BlogPost_embedding_store' },
  dimensions: 8,
  type: 'vector',
  distance: 'cosine',
  index: { kind: 'hnsw', m: 16, efConstruction: 64, halfvec: true },
  model: 'fake/good',
  chunking: {
    kind: 'recursive',
    size: 800,
    overlap: 400,
    separators: ['\n\n', '\n', '.', '?', '!', ' ', ''],
    regex: false,
  },
  template: '$title - $chunk',
}

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
  },
  store: { model: 'AuthorBioEmbeddings', schema: 'people', table: 'authors_embedding_store' },
  template: '$born: $chunk',
}

export const authorTable = `CREATE SCHEMA people;
CREATE TYPE people."Role" AS ENUM ('it''s, "odd"', 'plain');
CREATE TABLE people.authors (
  tenant uuid, no bigint, since timestamptz(6), chunk people."Role", bio text, born date, PRIMARY KEY (tenant, no, since, chunk)
);`

export interface InstallOptions {
  /** Default true. False as with `relationMode = "prisma"`: deletes are then the trigger's job. */
  readonly foreignKey?: boolean
  /** Default true. */
  readonly deleteTrigger?: boolean
}

/** The migration of one vectorizer. */
export function installVectorizer(
  spec: VectorizerSpec,
  { foreignKey = true, deleteTrigger = true }: InstallOptions = {},
): string {
  const { key, text, templateColumns } = spec.source
  const queue = `vectorizer.${JSON.stringify(objectNames(spec).queue)}`
  const trigger = `vectorizer.${JSON.stringify(objectNames(spec).updateFunction)}`
  const [source, store] = [quoteTable(spec.source), quoteTable(spec.store)]
  const quoted = (names: readonly string[], prefix = '') =>
    names.map((name) => prefix + JSON.stringify(name)).join(', ')
  const sourceKey = key.map(({ column }) => column)
  const storeKey = key.map(({ storeColumn }) => storeColumn)
  const queueKey = key.map((_, part) => queueKeyColumn(spec, part))
  const watched = [...sourceKey, text.column, ...templateColumns.map(({ column }) => column)]
  const reset = "not_before = '-infinity', lease = NULL, attempts = 0, failed_at = NULL, error = NULL"
  return `CREATE EXTENSION IF NOT EXISTS vector;
CREATE TABLE ${store} (
  embedding_uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  ${key.map(({ storeColumn, sqlType }) => `"${storeColumn}" ${sqlType} NOT NULL`).join(', ')},
  chunk_seq integer NOT NULL,
  chunk text NOT NULL,
  embedding vector(${spec.dimensions}) NOT NULL,
  UNIQUE (${quoted(storeKey)}, chunk_seq)
  ${foreignKey ? `, FOREIGN KEY (${quoted(storeKey)}) REFERENCES ${source} ON DELETE CASCADE ON UPDATE CASCADE` : ''}
);
ALTER TABLE ${store} ALTER COLUMN embedding SET STORAGE PLAIN;

CREATE SCHEMA IF NOT EXISTS vectorizer;
CREATE TABLE IF NOT EXISTS vectorizer.vectorizer (
  name text PRIMARY KEY, source regclass NOT NULL, store regclass NOT NULL, spec jsonb NOT NULL,
  paused boolean NOT NULL DEFAULT false
);
CREATE TABLE ${queue} (
  ${key.map((each, part) => `"${queueKey[part]}" ${isQueuedAsText(each) ? 'TEXT' : each.sqlType} NOT NULL`).join(', ')},
  queued_at timestamptz NOT NULL DEFAULT now(),
  not_before timestamptz NOT NULL DEFAULT '-infinity',
  lease uuid, attempts integer NOT NULL DEFAULT 0, failed_at timestamptz, error text,
  PRIMARY KEY (${quoted(queueKey)})
);
CREATE INDEX ON ${queue} (queued_at) WHERE failed_at IS NULL;
CREATE FUNCTION ${trigger}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    ${deleteTrigger ? `DELETE FROM ${queue} WHERE (${quoted(queueKey)}) = (${quoted(sourceKey, 'old.')});` : ''}
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
