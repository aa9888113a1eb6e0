// Every name and fragment the SQL templates ask for, quoted: of anything with an index, and of a vectorizer.
import {
  type AnySpec,
  filterCondition,
  indexedExpression,
  isQueuedAsText,
  type KeyColumnSpec,
  objectNames,
  operatorClass,
  queueKeyColumn,
  quoteIdentifier,
  quoteLiteral,
  quoteTable,
  type VectorizerSpec,
  vectorColumn,
  vectorizerSchema,
} from '@prisma-vectorizer/spec'
import { queueKeyType } from './known-columns.ts'
import { foreignKeyName, primaryKeyName, uniqueKeyName } from './prisma-names.ts'
import { triggerFragments } from './trigger-fragments.ts'

/** Names of the vectors' table, their index and their place in the registry. */
export function vectorNames(spec: AnySpec) {
  const names = objectNames(spec)
  const column = quoteIdentifier(vectorColumn(spec.store))
  const source = quoteTable(spec.source)
  const store = quoteTable(spec.store)
  const indexed = indexedExpression(spec, column)
  return {
    source,
    store,
    storeSchema: quoteIdentifier(spec.store.schema ?? 'public'),
    vectorColumn: column,
    vectorType: vectorType(spec),
    vectorIndex: quoteIdentifier(names.vectorIndex),
    vectorIndexInSchema: quoteTable({ schema: spec.store.schema, table: names.vectorIndex }),
    indexed: indexed === column ? column : `(${indexed})`,
    operatorClass: operatorClass(spec),
    nameLiteral: quoteLiteral(spec.name),
    sourceLiteral: quoteLiteral(source),
    storeLiteral: quoteLiteral(store),
    specLiteral: dollarQuoted(JSON.stringify(spec)),
  } as const
}

/** `vector(3)`, of a list `vector(3)[]`. */
export const vectorType = (spec: AnySpec): string =>
  `${spec.type}(${spec.dimensions})${spec.kind === 'vector' && spec.list ? '[]' : ''}`

export function sqlNames(spec: VectorizerSpec) {
  const names = objectNames(spec)
  const ours = (name: string) => `${vectorizerSchema}.${quoteIdentifier(name)}`
  const { key, filter } = spec.source
  const { store } = spec
  const storeKey = key.map((part) => part.storeColumn)
  const queueKey = key.map((_, part) => quoteIdentifier(queueKeyColumn(spec, part)))
  const vector = vectorNames(spec)
  const dropTrigger = (name: string) => `DROP TRIGGER IF EXISTS ${quoteIdentifier(name)} ON ${vector.source};`
  const triggers = [
    names.rowTrigger,
    names.replicaTrigger,
    names.insertTrigger,
    names.guardTrigger,
    names.updateTrigger,
    names.updateUnknownTrigger,
    names.deleteTrigger,
    names.truncateTrigger,
  ]
  const triggerFunctions = [
    names.insertFunction,
    names.updateFunction,
    names.deleteFunction,
    names.truncateFunction,
    names.rowFunction,
    names.guardFunction,
  ]
  const matches = (left: string, right: string) =>
    key
      .map((part) => `${left}.${quoteIdentifier(part.column)} = ${right}.${quoteIdentifier(part.storeColumn)}`)
      .join(' AND ')
  const base = {
    ...vector,
    sourceKey: columnList(key.map((part) => part.column)),
    // Qualified: a column that was renamed would otherwise be taken for the store's, and every row match.
    deletedKey: key.map((part) => `deleted.${quoteIdentifier(part.column)}`).join(', '),
    sourceQueuedKey: queuedKey(key, (part) => part.column),
    storeKey: columnList(storeKey),
    storeQueuedKey: queuedKey(key, (part) => part.storeColumn),
    functionTag: dollarTag('function', spec),
    enqueueTag: dollarTag('enqueue', spec),
    forgetTag: dollarTag('forget', spec),
    triggersTag: dollarTag('triggers', spec),
    queue: ours(names.queue),
    queueKey: queueKey.join(', '),
    // Clearing the lease is what tells a worker that the text it is embedding is old. A row that waits untouched is only
    // locked: a new row version for each of a thousand updates would be bloat.
    requeue: [
      `ON CONFLICT (${queueKey.join(', ')}) DO UPDATE`,
      "SET not_before = '-infinity', lease = NULL, attempts = 0, lost_leases = 0, failed_at = NULL, error = NULL,",
      '  reembed = queued.reembed OR excluded.reembed',
      `WHERE queued.lease IS NOT NULL OR queued.attempts > 0 OR queued.failed_at IS NOT NULL OR queued.not_before > '-infinity'`,
      '  OR excluded.reembed',
    ].join('\n    '),
  }
  return {
    ...base,
    ...triggerFragments(spec, base),
    storeModel: store.model,
    keyColumns: key.map((part) => `    ${quoteIdentifier(part.storeColumn)} ${part.sqlType} NOT NULL,`).join('\n'),
    primaryKey: quoteIdentifier(primaryKeyName(store.table)),
    uniqueKey: quoteIdentifier(uniqueKeyName(store.table, [...storeKey, 'chunk_seq'])),
    foreignKey: quoteIdentifier(foreignKeyName(store.table, storeKey)),
    onDelete: store.kind === 'table' ? actions[store.onDelete] : '',
    onUpdate: store.kind === 'table' ? actions[store.onUpdate] : '',
    filter: filter === null ? 'true' : filterCondition(filter),
    sourceFilter: filter === null ? 'true' : filterCondition(filter, 'source.'),
    where: filter === null ? '' : `\nWHERE ${filterCondition(filter)}`,
    queueKeyColumns: key.map((part, index) => `  ${queueKey[index]} ${queueKeyType(part)} NOT NULL,`).join('\n'),
    widenedColumns: key.map((part, index) => `ALTER COLUMN ${queueKey[index]} TYPE ${queueKeyType(part)}`).join(', '),
    queueOrderIndex: quoteIdentifier(names.queueOrderIndex),
    storeMatchesSource: matches('source', 'store'),
    sourceMatchesChunk: matches('source', 'chunk'),
    storeRow: quoteIdentifier(store.table),
    parentPolicy: quoteIdentifier(names.parentPolicy),
    workerPolicy: quoteIdentifier(names.workerPolicy),
    visibleFunction: ours(names.visibleFunction),
    insertFunction: ours(names.insertFunction),
    updateFunction: ours(names.updateFunction),
    deleteFunction: ours(names.deleteFunction),
    truncateFunction: ours(names.truncateFunction),
    guardFunction: ours(names.guardFunction),
    changedFunction: ours(names.changedFunction),
    unknownFunction: ours(names.unknownFunction),
    unknownSignatureLiteral: quoteLiteral(`${ours(names.unknownFunction)}()`),
    updateUnknownFunction: ours(names.updateUnknownFunction),
    rowFunction: ours(names.rowFunction),
    triggerFunctions: triggerFunctions.map((name) => `${ours(name)}()`).join(', '),
    insertTrigger: quoteIdentifier(names.insertTrigger),
    guardTrigger: quoteIdentifier(names.guardTrigger),
    updateTrigger: quoteIdentifier(names.updateTrigger),
    deleteTrigger: quoteIdentifier(names.deleteTrigger),
    truncateTrigger: quoteIdentifier(names.truncateTrigger),
    rowTrigger: quoteIdentifier(names.rowTrigger),
    replicaTriggers: spec.replicated ? replicaTriggers(spec, vector.source, ours(names.rowFunction)) : '',
    dropTriggers: triggers.map(dropTrigger).join('\n'),
  } as const
}

/** Replication applies row by row, so statement triggers would not fire; a foreign key's own do not fire there either. */
function replicaTriggers(spec: VectorizerSpec, source: string, rowFunction: string): string {
  const names = objectNames(spec)
  const [trigger, truncate] = [names.replicaTrigger, names.truncateTrigger].map(quoteIdentifier)
  return `
-- For what replication writes, and in replica sessions alone.
CREATE TRIGGER ${trigger} AFTER INSERT OR UPDATE OR DELETE ON ${source} FOR EACH ROW EXECUTE FUNCTION ${rowFunction}();
ALTER TABLE ${source} ENABLE REPLICA TRIGGER ${trigger};
ALTER TABLE ${source} ENABLE ALWAYS TRIGGER ${truncate};`
}

const actions = { Cascade: 'CASCADE', Restrict: 'RESTRICT', NoAction: 'NO ACTION' } as const

const columnList = (columns: readonly string[]): string => columns.map(quoteIdentifier).join(', ')

/** The key as the queue has it, which is compared with it. */
const queuedKey = (key: readonly KeyColumnSpec[], columnOf: (part: KeyColumnSpec) => string): string =>
  key.map((part) => quoteIdentifier(columnOf(part)) + (isQueuedAsText(part) ? '::text' : '')).join(', ')

/** `$spec$…$spec$`: keeps the JSON readable in the file. */
function dollarQuoted(text: string): string {
  const tag = unusedTag('spec', text)
  return tag + text + tag
}

/** The tag of a function body of `spec`, whatever its names and literals are. */
export const dollarTag = (word: string, spec: AnySpec): string => unusedTag(word, JSON.stringify(spec))

/** `$word$`; the word grows until `text` does not contain the tag. */
function unusedTag(word: string, text: string): string {
  let tag = `$${word}$`
  while (text.includes(tag)) tag = `${tag.slice(0, -1)}_$`
  return tag
}
