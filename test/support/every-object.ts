// An application that makes every kind of object we have, and where in the catalog each is.
import type { CatalogClient } from './catalog.ts'

export const models = `model Article {
  id      Int    @id @default(autoincrement())
  title   String
  /// @vectorizer(dimensions: 8, view: "article_embedding", textSearch: english)
  /// @vectorizer(name: clusters, targetTable: "clusters", dimensions: 8, index: ivfflat(lists: 10))
  /// @vectorizer(name: full, targetTable: "full", dimensions: 8, index: hnsw(halfvec: false))
  /// @vectorizer(name: fullClusters, targetTable: "full_clusters", dimensions: 8, index: ivfflat(halfvec: false))
  /// @vectorizer(name: halves, targetTable: "halves", dimensions: 8, type: halfvec)
  /// @vectorizer(name: bits, targetTable: "bits", dimensions: 8, type: bit)
  /// @vectorizer(name: sparse, targetTable: "sparse", dimensions: 8, type: sparsevec)
  content String
}

model Product {
  id          Int    @id
  /// @vectorizer(dimensions: 8, destination: column(embedding))
  description String
  /// @vectorizer(dimensions: 8, destination: column(nameVector), index: hnsw(halfvec: false))
  name        String

  @@map("products")
}

model Picture {
  id     Int                            @id
  /// @vector(dimensions: 8)
  plain  Unsupported("vector(8)")?
  /// @vector(dimensions: 8, index: hnsw(bit: true))
  signs  Unsupported("vector(8)")?
  /// @vector(dimensions: 8)
  many   Unsupported("vector(8)")[]
  /// @vector(dimensions: 8, index: hnsw(halfvec: false), distance: l2)
  full   Unsupported("vector(8)")?
  /// @vector(dimensions: 8, index: ivfflat(lists: 10))
  ivf    Unsupported("vector(8)")?
  /// @vector(dimensions: 8)
  half   Unsupported("halfvec(8)")?
  /// @vector(dimensions: 8)
  bits   String?                        @db.Bit(8)
  /// @vector(dimensions: 8)
  sparse Unsupported("sparsevec(8)")?
}

model Secret {
  id   Int    @id
  text String /// @vectorizer(dimensions: 8)
}
`

/** Options of the generator block, and the roles they name. */
export const roles = { workerRole: 'every_object_worker', applicationRole: 'every_object_application' } as const

/** What the application's own migration does besides. */
export const ownSql = `
ALTER TABLE "Secret" ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON "Secret" USING (id > 0);
`

/** One object, or a set that is made together. */
export interface Presence {
  readonly name: string
  /** Rows of `is`, its definition, and `id`, which is another one once it was dropped and made again, or emptied. */
  readonly sql: string
  /** Somewhere in the definition. */
  readonly shape: RegExp
}

export interface Found {
  readonly is: string
  readonly id: string
}

export async function presenceOf(client: CatalogClient): Promise<ReadonlyMap<string, Found>> {
  const found = new Map<string, Found>()
  for (const { name, sql } of everyObject) {
    const rows = (await client.query(sql)).rows as Found[]
    found.set(name, { is: rows.map((row) => row.is).join('\n'), id: rows.map((row) => row.id).join('\n') })
  }
  return found
}

const table = (name: string, schema = 'public') => `
  SELECT c.relfilenode::text AS id, string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod),
      CASE WHEN a.attnotnull THEN 'NOT NULL' END, pg_get_expr(d.adbin, d.adrelid)), ', ' ORDER BY a.attname) AS is
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE c.relname = '${name}' AND c.relnamespace = '${schema}'::regnamespace GROUP BY c.relfilenode`

const column = (of: string, name: string) => `
  SELECT concat(attrelid, ' ', attnum) AS id, format_type(atttypid, atttypmod) AS is
  FROM pg_attribute WHERE attrelid = '"${of}"'::regclass AND attname = '${name}'`

const storage = (of: string) => `
  SELECT attrelid::text AS id, attstorage::text AS is
  FROM pg_attribute WHERE attrelid = '"${of}"'::regclass AND attname = 'embedding'`

const index = (name: string) => `
  SELECT c.relfilenode::text AS id, pg_get_indexdef(c.oid) AS is FROM pg_class c WHERE c.relname = '${name}'`

const constraint = (name: string) => `
  SELECT oid::text AS id, pg_get_constraintdef(oid) AS is FROM pg_constraint WHERE conname = '${name}'`

const triggers = (of: string, stem: string) => `
  SELECT oid::text AS id, pg_get_triggerdef(oid) AS is FROM pg_trigger
  WHERE tgrelid = '"${of}"'::regclass AND tgname LIKE 'vectorizer\\_%\\_${stem}' ORDER BY tgname`

const functions = (stem: string) => `
  SELECT oid::text AS id, concat_ws(' ', proname, pg_get_function_identity_arguments(oid), md5(prosrc)) AS is FROM pg_proc
  WHERE pronamespace = 'vectorizer'::regnamespace AND starts_with(proname, '${stem}_') ORDER BY 2`

/** Of tables, and of their columns. */
const rights = (role: string) => `
  SELECT '' AS id, rights.is FROM (
    SELECT concat_ws(' ', table_name, privilege_type) AS is FROM information_schema.role_table_grants
    WHERE grantee = '${role}' UNION ALL
    SELECT concat_ws(' ', table_name, column_name, privilege_type) FROM information_schema.role_column_grants
    WHERE grantee = '${role}') AS rights
  ORDER BY rights.is COLLATE "C"`

const hnsw = (indexed: string, operators: string) =>
  new RegExp(`USING hnsw \\(${indexed} ${operators}\\) WITH \\(m='16', ef_construction='64'\\)`, 'u')
const ivfflat = (indexed: string, operators: string) =>
  new RegExp(`USING ivfflat \\(${indexed} ${operators}\\) WITH \\(lists='\\d+'\\)`, 'u')
const asBits = (name: string) => String.raw`\(\(binary_quantize\(${name}\)\)::bit\(8\)\)`
const asHalfvec = (name: string) => String.raw`\(\(${name}\)::halfvec\(8\)\)`

/** A store of chunks with what belongs to it; `stem` begins the names of its queue and functions. */
const store = (kind: string, name: string, type: string, ofIndex: RegExp): readonly Presence[] => [
  { name: `store table of ${kind}`, sql: table(name), shape: new RegExp(`embedding ${type}\\(8\\) NOT NULL`, 'u') },
  { name: `foreign key of ${kind}`, sql: constraint(`${name}_id_fkey`), shape: /ON UPDATE CASCADE ON DELETE CASCADE/u },
  { name: `unique key of ${kind}`, sql: index(`${name}_id_chunk_seq_key`), shape: /^CREATE UNIQUE INDEX/u },
  { name: `index of ${kind}`, sql: index(`${name}_embedding_vector_idx`), shape: ofIndex },
]

/** What keeps a vectorizer in step. */
const upkeep = (kind: string, of: string, stem: string): readonly Presence[] => [
  { name: `queue of ${kind}`, sql: table(`${stem}_queue`, 'vectorizer'), shape: /key_id integer NOT NULL/u },
  { name: `five triggers of ${kind}`, sql: triggers(of, stem), shape: /^(?:CREATE TRIGGER .*\n?){5}$/u },
  { name: `functions of ${kind}`, sql: functions(stem), shape: /^(?:.*\n){7}.*/u },
]

export const everyObject: readonly Presence[] = [
  {
    name: 'extension',
    sql: `SELECT oid::text AS id, extname AS is FROM pg_extension WHERE extname = 'vector'`,
    shape: /vector/u,
  },
  {
    name: 'registry',
    sql: `SELECT relfilenode::text AS id, concat(name, ' ', source, ' ', store, ' ', spec) AS is
      FROM vectorizer.vectorizer, pg_class WHERE pg_class.oid = 'vectorizer.vectorizer'::regclass ORDER BY name COLLATE "C"`,
    shape: /^(?:.+\n){17}.+$/u,
  },
  ...['error', 'progress', 'worker'].map((name) => ({
    name: `the workers' table "${name}"`,
    sql: table(name, 'vectorizer'),
    shape: /text NOT NULL/u,
  })),
  ...store('vector', 'Article_embedding_store', 'vector', hnsw(asHalfvec('embedding'), 'halfvec_cosine_ops')),
  {
    name: 'text index',
    sql: index('Article_embedding_store_chunk_text_idx'),
    shape: /USING gin \(to_tsvector\('english'::regconfig, chunk\)\)/u,
  },
  ...upkeep('vector', 'Article', 'Article_embedding_store'),
  ...store('vector under IVFFlat', 'clusters', 'vector', ivfflat(asHalfvec('embedding'), 'halfvec_cosine_ops')),
  ...store('vector, declared', 'full', 'vector', hnsw('embedding', 'vector_cosine_ops')),
  ...store('vector under IVFFlat, declared', 'full_clusters', 'vector', ivfflat('embedding', 'vector_cosine_ops')),
  ...store('halfvec, declared', 'halves', 'halfvec', hnsw('embedding', 'halfvec_cosine_ops')),
  ...store('bit, declared', 'bits', 'bit', hnsw('embedding', 'bit_hamming_ops')),
  ...store('sparsevec, declared', 'sparse', 'sparsevec', hnsw('embedding', 'sparsevec_cosine_ops')),
  { name: 'PLAIN storage of vector', sql: storage('Article_embedding_store'), shape: /^p$/u },
  { name: 'PLAIN storage of halfvec', sql: storage('halves'), shape: /^p$/u },
  { name: 'column of the vectorizer', sql: column('products', 'embedding'), shape: /^vector\(8\)$/u },
  {
    name: 'index of the column',
    sql: index('products_embedding_vector_idx'),
    shape: hnsw(asHalfvec('embedding'), 'halfvec_cosine_ops'),
  },
  ...upkeep('the column', 'products', 'products_embedding'),
  { name: 'column of the vectorizer, declared', sql: column('products', 'nameVector'), shape: /^vector\(8\)$/u },
  {
    name: 'index of the column, declared',
    sql: index('products_nameVector_vector_idx'),
    shape: hnsw('"nameVector"', 'vector_cosine_ops'),
  },
  ...(
    [
      ['vector', 'plain', 'vector', hnsw(asHalfvec('plain'), 'halfvec_cosine_ops')],
      ['vector, by its bits', 'signs', 'vector', hnsw(asBits('signs'), 'bit_hamming_ops')],
      ['vector, declared', 'full', 'vector', hnsw('"full"', 'vector_l2_ops')],
      ['vector under IVFFlat', 'ivf', 'vector', ivfflat(asHalfvec('ivf'), 'halfvec_cosine_ops')],
      ['halfvec, declared', 'half', 'halfvec', hnsw('half', 'halfvec_cosine_ops')],
      ['bit, declared', 'bits', 'bit', hnsw('bits', 'bit_hamming_ops')],
      ['sparsevec, declared', 'sparse', 'sparsevec', hnsw('sparse', 'sparsevec_cosine_ops')],
    ] as const
  ).flatMap(([kind, field, type, ofIndex]) => [
    { name: `@vector field of ${kind}`, sql: column('Picture', field), shape: new RegExp(`^${type}\\(8\\)$`, 'u') },
    { name: `index of the @vector field of ${kind}`, sql: index(`Picture_${field}_vector_idx`), shape: ofIndex },
  ]),
  { name: '@vector field of lists', sql: column('Picture', 'many'), shape: /^vector\(8\)\[\]$/u },
  {
    name: 'view',
    sql: `SELECT oid::text AS id, pg_get_viewdef(oid) AS is FROM pg_class WHERE relname = 'article_embedding' AND relkind = 'v'`,
    shape: /JOIN "Article" source/u,
  },
  {
    name: 'row-level security and its policy',
    sql: `SELECT concat(p.oid, ' ', c.oid) AS id, concat_ws(' ', c.relrowsecurity, polname, pg_get_expr(polqual, polrelid)) AS is
      FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid WHERE c.relname = 'Secret_embedding_store'`,
    shape: /^t vectorizer_parent .*Secret_embedding_store_visible/u,
  },
  {
    name: "rights of the worker's role",
    sql: rights(roles.workerRole),
    shape:
      /^Article id UPDATE\n(?:.*\n)*Article_embedding_store DELETE\n(?:.*\n)*Article_embedding_store chunk INSERT\n(?:.*\n)*Article_embedding_store_queue DELETE$/mu,
  },
  {
    name: "rights of the application's role",
    sql: rights(roles.applicationRole),
    shape: /Article_embedding_store SELECT/u,
  },
  {
    name: 'rights on the functions',
    sql: `SELECT '' AS id, concat_ws(' ', proname, has_function_privilege('public', oid, 'EXECUTE')) AS is FROM pg_proc
      WHERE pronamespace = 'vectorizer'::regnamespace ORDER BY proname`,
    shape: /Article_embedding_store_changed t\n(?:.*\n)*Article_embedding_store_enqueue_inserted f\n/u,
  },
]
