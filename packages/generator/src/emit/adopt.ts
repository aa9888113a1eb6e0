// The migration that takes a vectorizer of pgai over: its store, with every vector in it, becomes ours. On a database
// without pgai, Prisma's shadow database among them, the same SQL ends in the same tables.
import {
  type AnySpec,
  isDeclaredIndex,
  isPlain,
  objectNames,
  operatorClass,
  quoteIdentifier,
  quoteLiteral,
  type VectorizerSpec,
  vectorColumn,
} from '@prisma-vectorizer/spec'
import { renderSql } from '../sql/render.ts'
import { forgetOutside, machinery, placeOf } from './migration.ts'
import { primaryKeyName } from './prisma-names.ts'
import { dollarTag, sqlNames } from './sql-names.ts'
import { textIndex } from './text-index.ts'
import { indexParameters, vectorIndex } from './vector-index.ts'

/** `secures`: the source has row-level security, and the store shall have it too. */
export function emitAdopt(spec: VectorizerSpec, { secures }: { readonly secures: boolean }): string {
  const names = adoptNames(spec)
  const { store } = spec
  return `${[
    `-- prisma-vectorizer: takes the embeddings of ${placeOf(spec)} over from pgai. No row is embedded again.`,
    renderSql('adopt-begin', names),
    ...(store.kind === 'table' ? tableStore(spec) : [renderSql('adopt-column', names)]),
    renderSql('adopt-index', names),
    // One of pgai's that is kept has been renamed to it.
    ...vectorIndex(spec, 'maybe there'),
    ...textIndex(spec, 'maybe there'),
    ...machinery(spec, secures),
    ...(spec.source.filter === null ? [] : [forgetOutside(spec)]),
    renderSql('adopt-end', names),
  ].join('\n\n')}\n`
}

function tableStore(spec: VectorizerSpec): readonly string[] {
  const names = adoptNames(spec)
  const { store } = spec
  return [
    ...(store.schema === spec.source.schema ? [] : [renderSql('store-schema', names)]),
    renderSql('adopt-store', names),
    renderSql('store', names)
      .replace('\nCREATE TABLE ', '\nCREATE TABLE IF NOT EXISTS ')
      .replace('\nCREATE UNIQUE INDEX ', '\nCREATE UNIQUE INDEX IF NOT EXISTS '),
    ...(store.kind === 'table' && store.foreignKey ? [renderSql('foreign-key', names)] : []),
    ...(isPlain(spec) ? [renderSql('plain-storage', names)] : []),
  ]
}

function adoptNames(spec: VectorizerSpec) {
  const names = sqlNames(spec)
  const { store, source } = spec
  const isTable = store.kind === 'table'
  const storeKey = source.key.map((part) => part.storeColumn)
  const column = (name: string) => `source.${quoteIdentifier(name)}`
  const relation = (schema: string, table: string) =>
    `to_regclass(quote_ident(${schema}) || '.' || quote_ident(${table}))`
  const destination = (key: string) => `v.config -> 'destination' ->> '${key}'`
  return {
    ...names,
    adoptTag: dollarTag('adopt', spec),
    // By its tables: another database may have given it another id.
    isThisVectorizer: `${relation('v.source_schema', 'v.source_table')} = to_regclass(${names.sourceLiteral})
    AND ${
      isTable
        ? `${relation(destination('target_schema'), destination('target_table'))} = to_regclass(${names.storeLiteral})`
        : `${destination('embedding_column')} = ${quoteLiteral(store.column)}`
    }`,
    primaryKeyLiteral: quoteLiteral(primaryKeyName(store.table)),
    uniqueColumns: `ARRAY[${[...storeKey, 'chunk_seq'].sort().map(quoteLiteral).join(', ')}]`,
    vectorColumnLiteral: quoteLiteral(vectorColumn(store)),
    vectorIndexLiteral: quoteLiteral(objectNames(spec).vectorIndex),
    comment: isDeclaredIndex(spec)
      ? 'A vector index that is the wanted one is kept, under our name; any other goes.'
      : 'The vector indexes that there are go.',
    isWanted: isWanted(spec),
    text: column(source.text.column),
    hasNoEmbedding: [
      isTable
        ? `NOT EXISTS (SELECT FROM ${names.store} AS store WHERE ${names.storeMatchesSource})`
        : `${column(store.column)} IS NULL`,
      ...(source.filter === null ? [] : [names.sourceFilter]),
    ].join(' AND '),
    // pgai's queues name the key's columns as the source does.
    pendingMatchesSource: source.key
      .map((part) => `pending.${quoteIdentifier(part.column)} = ${column(part.column)}`)
      .join(' AND '),
  }
}

/** pgvector's own, which an index does not mention. */
const defaults: Readonly<Record<string, number>> = { m: 16, ef_construction: 64, lists: 100 }

/** An SQL condition: the index `i`, of relation `c` and access method `method`, is the declared one of `spec`. */
function isWanted(spec: AnySpec): string {
  const { index } = spec
  if (index.kind === 'none' || !isDeclaredIndex(spec)) return 'false'
  const options = Object.entries(indexParameters(index)).map(([name, value]) => {
    const option = `(SELECT option_value FROM pg_options_to_table(c.reloptions) WHERE option_name = '${name}')`
    const known = defaults[name] === undefined ? option : `coalesce(${option}, '${defaults[name]}')`
    return `${known} IS NOT DISTINCT FROM ${value === null ? 'NULL' : `'${value}'`}`
  })
  return [
    `(i.indisvalid AND i.indnatts = 1 AND i.indexprs IS NULL AND i.indpred IS NULL AND method.amname = '${index.kind}'`,
    `EXISTS (SELECT FROM pg_opclass AS o WHERE o.oid = i.indclass[0] AND o.opcname = '${operatorClass(spec)}')`,
    ...options,
  ]
    .join('\n      AND ')
    .concat(')')
}
