// Every name and fragment the SQL templates ask for, quoted, for one vectorizer.
import {
  isQueuedAsText,
  metrics,
  objectNames,
  queueKeyColumn,
  quoteIdentifier,
  quoteLiteral,
  quoteTable,
  type VectorizerSpec,
  vectorizerSchema,
} from '@prisma-vectorizer/spec'
import { columnsAreAsKnown, primaryKeyIsAsKnown, queueKeyType } from './known-columns.ts'
import { foreignKeyName, primaryKeyName, uniqueKeyName } from './prisma-names.ts'

export function sqlNames(spec: VectorizerSpec) {
  const names = objectNames(spec)
  const ours = (name: string) => `${vectorizerSchema}.${quoteIdentifier(name)}`
  const { key } = spec.source
  // plpgsql plans a field of new or old with the type it has then, and fails when the session meets another: a migrated
  // enum is another type. Of the other types the guard notices.
  const fields = (row: 'new' | 'old') =>
    key
      .map((part) =>
        isQueuedAsText(part)
          ? `to_jsonb(${row}) ->> ${quoteLiteral(part.column)}`
          : `${row}.${quoteIdentifier(part.column)}`,
      )
      .join(', ')
  const storeKey = key.map((part) => part.storeColumn)
  const queueKey = key.map((_, part) => quoteIdentifier(queueKeyColumn(spec, part)))
  const keyColumns = key.map((part) => part.column)
  const watched = [...new Set([spec.source.text, ...spec.source.templateColumns].map((item) => item.column))].filter(
    (column) => !keyColumns.includes(column),
  )
  const source = quoteTable(spec.source)
  const store = quoteTable(spec.store)
  const changedFunction = ours(names.changedFunction)
  const dropTrigger = (name: string) => `DROP TRIGGER IF EXISTS ${quoteIdentifier(name)} ON ${source};`
  const triggers = [
    names.insertTrigger,
    names.guardTrigger,
    names.updateTrigger,
    names.updateUnknownTrigger,
    names.deleteTrigger,
    names.truncateTrigger,
  ]
  return {
    source,
    sourceKey: keyColumns.map(quoteIdentifier).join(', '),
    // As the queue has the key, which is compared with it.
    sourceQueuedKey: key
      .map((part) => quoteIdentifier(part.column) + (isQueuedAsText(part) ? '::text' : ''))
      .join(', '),
    newKey: fields('new'),
    oldKey: fields('old'),
    store,
    storeSchema: quoteIdentifier(spec.store.schema ?? 'public'),
    storeModel: spec.store.model,
    storeKey: storeKey.map(quoteIdentifier).join(', '),
    keyColumns: key.map((part) => `    ${quoteIdentifier(part.storeColumn)} ${part.sqlType} NOT NULL,`).join('\n'),
    vectorType: `${spec.type}(${spec.dimensions})`,
    primaryKey: quoteIdentifier(primaryKeyName(spec.store.table)),
    uniqueKey: quoteIdentifier(uniqueKeyName(spec.store.table, [...storeKey, 'chunk_seq'])),
    foreignKey: quoteIdentifier(foreignKeyName(spec.store.table, storeKey)),
    vectorIndex: quoteIdentifier(names.vectorIndex),
    vectorIndexInSchema: quoteTable({ schema: spec.store.schema, table: names.vectorIndex }),
    queue: ours(names.queue),
    queueKey: queueKey.join(', '),
    queueKeyColumns: key.map((part, index) => `  ${queueKey[index]} ${queueKeyType(part)} NOT NULL,`).join('\n'),
    widenedColumns: key.map((part, index) => `ALTER COLUMN ${queueKey[index]} TYPE ${queueKeyType(part)}`).join(', '),
    queueOrderIndex: quoteIdentifier(names.queueOrderIndex),
    // Clearing the lease is what tells a worker that the text it is embedding is old. A row that waits untouched is only
    // locked: a new row version for each of a thousand updates would be bloat.
    requeue: [
      `ON CONFLICT (${queueKey.join(', ')}) DO UPDATE`,
      "SET not_before = '-infinity', lease = NULL, attempts = 0, failed_at = NULL, error = NULL",
      `WHERE queued.lease IS NOT NULL OR queued.attempts > 0 OR queued.failed_at IS NOT NULL OR queued.not_before > '-infinity'`,
    ].join('\n    '),
    insertFunction: ours(names.insertFunction),
    updateFunction: ours(names.updateFunction),
    deleteFunction: ours(names.deleteFunction),
    truncateFunction: ours(names.truncateFunction),
    guardFunction: ours(names.guardFunction),
    changedFunction,
    unknownFunction: ours(names.unknownFunction),
    unknownSignatureLiteral: quoteLiteral(`${ours(names.unknownFunction)}()`),
    updateUnknownFunction: ours(names.updateUnknownFunction),
    // Compared as text: json and xml know no equality, and a column may be retyped to one of them. For text and varchar
    // the cast is none. The key's types are known, or the guard has switched this function off.
    changed: [
      ...watched.map((column) => differs(`${quoteIdentifier(column)}::text`)),
      ...keyColumns.map((column) => differs(quoteIdentifier(column))),
    ].join('\n    OR '),
    keyIsAsKnown: columnsAreAsKnown(spec, []),
    primaryKeyIsAsKnown: primaryKeyIsAsKnown(spec),
    watchedAreAsKnown: columnsAreAsKnown(spec, watched),
    // What an unexpected column or type raises. Serialization failures, deadlocks and timeouts are raised as ever.
    schemaMismatch: 'undefined_column OR datatype_mismatch OR data_exception OR syntax_error OR cardinality_violation',
    insertTrigger: quoteIdentifier(names.insertTrigger),
    guardTrigger: quoteIdentifier(names.guardTrigger),
    updateTrigger: quoteIdentifier(names.updateTrigger),
    updateUnknownTrigger: quoteIdentifier(names.updateUnknownTrigger),
    deleteTrigger: quoteIdentifier(names.deleteTrigger),
    truncateTrigger: quoteIdentifier(names.truncateTrigger),
    dropTriggers: triggers.map(dropTrigger).join('\n'),
    nameLiteral: quoteLiteral(spec.name),
    sourceLiteral: quoteLiteral(source),
    storeLiteral: quoteLiteral(store),
    specLiteral: dollarQuoted(JSON.stringify(spec)),
    operatorClass: `${indexedType(spec)}_${metrics[spec.distance].operatorClass}`,
    indexed: indexesHalfvec(spec) ? `("embedding"::halfvec(${spec.dimensions}))` : '"embedding"',
  } as const
}

const differs = (column: string): string => `after.${column} IS DISTINCT FROM before.${column}`

const indexesHalfvec = (spec: VectorizerSpec): boolean => spec.index.kind === 'hnsw' && spec.index.halfvec
const indexedType = (spec: VectorizerSpec): string => (indexesHalfvec(spec) ? 'halfvec' : spec.type)

/** `$spec$…$spec$`: keeps the JSON readable in the file; the tag grows until the text does not contain it. */
function dollarQuoted(text: string): string {
  let tag = '$spec$'
  while (text.includes(tag)) tag = `${tag.slice(0, -1)}_$`
  return tag + text + tag
}
