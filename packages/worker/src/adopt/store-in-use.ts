// What pgai's store looks like in the catalog, and what waits: the configuration does not say which index there is.
import {
  type Database,
  type Distance,
  type IndexMethod,
  quoteIdentifier,
  quoteTable,
  storeColumns,
} from '@prisma-vectorizer/spec'
import { type Destination, destinationOf, notAdoptable, numberOf, type PgaiVectorizer } from './installation.ts'

export interface IndexInUse {
  readonly name: string
  readonly method: IndexMethod
  /** Undefined for an operator class that is none of pgvector's. */
  readonly distance: Distance | undefined
  readonly options: Readonly<Record<string, string>>
  /** Over the vectors themselves, not over an expression or a part of the rows. */
  readonly isPlain: boolean
}

export interface StoreInUse {
  /** The widest first; pgai makes one. */
  readonly indexes: readonly IndexInUse[]
  /** Whether the extension with the access method `diskann` can be created. */
  readonly hasVectorscale: boolean
  readonly embedded: number
  /** Chunks whose row is gone. */
  readonly orphans: number
  /** Rows in pgai's two queues. */
  readonly pending: number
}

/** Throws VZ515 for a store that pgai did not leave as it made it. */
export async function readStore(database: Database, vectorizer: PgaiVectorizer): Promise<StoreInUse> {
  const destination = destinationOf(vectorizer)
  await checkColumns(database, vectorizer, destination)
  const indexes = await readIndexes(database, vectorizer, destination)
  const [extension] = await database.query<{ available: boolean }>(
    "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vectorscale') AS available",
  )
  return {
    indexes,
    hasVectorscale: extension?.available ?? false,
    ...(await count(database, vectorizer, destination)),
  }
}

async function checkColumns(database: Database, vectorizer: PgaiVectorizer, destination: Destination): Promise<void> {
  const table = quoteTable(destination)
  const [source] = await database.query<{ exists: boolean }>('SELECT to_regclass($1) IS NOT NULL AS exists', [
    quoteTable(vectorizer.source),
  ])
  if (!source?.exists) {
    throw notAdoptable(vectorizer, {
      fact: `its source ${quoteTable(vectorizer.source)} does not exist.`,
      why: 'The table was renamed or dropped; pgai does not follow that.',
      fix: 'If it was renamed, tell pgai: `UPDATE ai.vectorizer SET source_table = … WHERE name = …`. If not, drop the vectorizer.',
    })
  }
  const columns = await database.query<{ name: string; type: string }>(
    `SELECT attname::text AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
    WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [table],
  )
  if (columns.length === 0) {
    throw notAdoptable(vectorizer, {
      fact: `the table ${table} does not exist.`,
      fix: 'There is nothing to take over: remove it with `SELECT ai.drop_vectorizer(…)`, and write a new annotation.',
    })
  }
  const dimensions = numberOf(vectorizer.config.embedding, 'dimensions')
  const type = columns.find(({ name }) => name === destination.column)?.type ?? 'missing'
  if (!new RegExp(`(^|\\.)vector\\(${dimensions}\\)$`, 'u').test(type)) {
    throw notAdoptable(vectorizer, {
      fact: `${table}."${destination.column}" is ${type}, and its vectors have ${dimensions} dimensions.`,
      why: 'pgai makes a column of the type vector with the dimensions of the embedding.',
      fix: 'Bring the column back to that type, or drop the vectorizer and start afresh.',
    })
  }
  if (destination.kind === 'column') return
  const known = new Set<string>([...Object.values(storeColumns), ...vectorizer.key])
  const own = columns.filter(({ name }) => !known.has(name)).map(({ name }) => quoteIdentifier(name))
  if (own.length === 0) return
  throw notAdoptable(vectorizer, {
    fact: `its store ${table} has columns of your own: ${own.join(', ')}.`,
    why: 'The store becomes a derived model without them, so Prisma Migrate would drop them.',
    fix: `Move them to a table of your own: \`CREATE TABLE … AS SELECT "embedding_uuid", ${own.join(', ')} FROM ${table}\`, then \`ALTER TABLE ${table} ${own.map((column) => `DROP COLUMN ${column}`).join(', ')}\`.`,
  })
}

interface IndexRow extends Record<string, unknown> {
  readonly name: string
  readonly method: string
  readonly opclass: string
  readonly options: Readonly<Record<string, string>> | null
  readonly plain: boolean
  readonly of_vectors: boolean
  readonly stays: boolean
}

/** `stays`: the primary key, the unique key of the chunks, and what Prisma Migrate does not see. */
const findIndexes = `SELECT c.relname::text AS name, method.amname::text AS method, o.opcname::text AS opclass,
  (SELECT jsonb_object_agg(option_name, option_value) FROM pg_options_to_table(c.reloptions)) AS options,
  i.indexprs IS NULL AND i.indpred IS NULL AND i.indisvalid AND i.indnatts = 1 AS plain,
  method.amname IN ('hnsw', 'ivfflat', 'diskann') AND EXISTS (
    SELECT FROM pg_depend AS d JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = i.indrelid AND a.attname = $2
  ) AS of_vectors,
  i.indisprimary OR (i.indisunique AND i.indnatts = $3) OR i.indexprs IS NOT NULL OR i.indpred IS NOT NULL AS stays
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid
JOIN pg_am AS method ON method.oid = c.relam
JOIN pg_opclass AS o ON o.oid = i.indclass[0]
WHERE i.indrelid = to_regclass($1)
ORDER BY pg_relation_size(i.indexrelid) DESC, c.relname`

async function readIndexes(
  database: Database,
  vectorizer: PgaiVectorizer,
  destination: Destination,
): Promise<readonly IndexInUse[]> {
  const table = quoteTable(destination)
  const rows = await database.query<IndexRow>(findIndexes, [table, destination.column, vectorizer.key.length + 1])
  const own = rows.filter((row) => !row.of_vectors && !row.stays).map(({ name }) => quoteIdentifier(name))
  if (destination.kind === 'table' && own.length > 0) {
    throw notAdoptable(vectorizer, {
      fact: `its store ${table} has indexes of your own: ${own.join(', ')}.`,
      why: 'The store becomes a derived model without them, so Prisma Migrate would drop them.',
      fix: 'Drop them, or make them indexes over an expression or with a WHERE, which Prisma Migrate does not see.',
    })
  }
  return rows
    .filter((row) => row.of_vectors)
    .map((row) => ({
      name: row.name,
      method: row.method as IndexMethod,
      distance: distances[row.opclass.replace(/^(vector|halfvec)_/u, '')],
      options: row.options ?? {},
      isPlain: row.plain,
    }))
}

const distances: Readonly<Record<string, Distance>> = {
  cosine_ops: 'cosine',
  ip_ops: 'ip',
  l1_ops: 'l1',
  l2_ops: 'l2',
}

async function count(database: Database, { source, key, queues }: PgaiVectorizer, destination: Destination) {
  const one = async (sql: string): Promise<number> => {
    const [row] = await database.query<{ count: string }>(sql)
    return Number(row?.count ?? 0)
  }
  const rows = async (table: string): Promise<number> => {
    const [found] = await database.query<{ exists: boolean }>('SELECT to_regclass($1) IS NOT NULL AS exists', [table])
    const columns = key.map(quoteIdentifier).join(', ')
    return found?.exists ? one(`SELECT count(*) FROM (SELECT DISTINCT ${columns} FROM ${table}) AS pending`) : 0
  }
  const store = quoteTable(destination)
  const matches = key.map((column) => `source.${quoteIdentifier(column)} = store.${quoteIdentifier(column)}`)
  const [waiting, failed] = [
    await rows(quoteTable({ schema: queues.schema, table: queues.pending })),
    await rows(quoteTable({ schema: queues.schema, table: queues.failed })),
  ]
  return {
    embedded:
      destination.kind === 'table'
        ? await one(`SELECT count(*) FROM ${store}`)
        : await one(`SELECT count(${quoteIdentifier(destination.column)}) FROM ${store}`),
    orphans:
      destination.kind === 'table'
        ? await one(
            `SELECT count(*) FROM ${store} AS store WHERE NOT EXISTS (SELECT FROM ${quoteTable(source)} AS source WHERE ${matches.join(' AND ')})`,
          )
        : 0,
    pending: waiting + failed,
  }
}
