// The parts of the trigger functions that depend on what is watched, on the filter, and on who removes stored vectors.
import {
  filterColumns,
  filterCondition,
  isQueuedAsText,
  queueKeyColumn,
  quoteIdentifier,
  quoteLiteral,
  type RowFilter,
  type VectorizerSpec,
} from '@prisma-vectorizer/spec'
import {
  bareType,
  columnsAreAsKnown,
  dropKeyReaders,
  keyReaders,
  knownKeys,
  primaryKeyIsAsKnown,
  readKeyPart,
  returnIfAsKnown,
} from './known-columns.ts'

/** What the fragments are made of; see sql-names.ts. */
interface Names {
  readonly sourceKey: string
  readonly nameLiteral: string
  readonly vectorColumn: string
  readonly deletedKey: string
  readonly sourceQueuedKey: string
  readonly storeKey: string
  readonly storeQueuedKey: string
  readonly queue: string
  readonly queueKey: string
  readonly requeue: string
  readonly enqueueTag: string
  readonly forgetTag: string
}

// What an unexpected column or type raises. Serialization failures, deadlocks and timeouts are raised as ever.
const schemaMismatch =
  'undefined_column OR datatype_mismatch OR data_exception OR syntax_error OR cardinality_violation'
const storeMismatch = `undefined_table OR ${schemaMismatch} OR undefined_function`

export function triggerFragments(spec: VectorizerSpec, names: Names) {
  const { key, filter, text, templateColumns } = spec.source
  const keyColumns = key.map((part) => part.column)
  const filtered = filterColumns(filter)
  const watched = new Map<string, string>()
  // Compared as text: json and xml know no equality, and a column may be retyped to one of them. For text and varchar
  // the cast is none. The types of the key and of a filter's columns are known, or the guard has switched this off.
  for (const { column } of [text, ...templateColumns]) watched.set(column, '::text')
  for (const { column, type } of filtered) {
    if (!watched.has(column)) watched.set(column, type === 'text' ? '::text' : '')
  }
  for (const column of keyColumns) watched.set(column, '')
  const changedBetween = (before: string, after: string) => {
    const changed = [...watched]
      .map(
        ([column, cast]) =>
          `${after}.${quoteIdentifier(column)}${cast} IS DISTINCT FROM ${before}.${quoteIdentifier(column)}${cast}`,
      )
      .join('\n    OR ')
    return filter === null
      ? changed
      : `(${changed})\n    AND (${filterCondition(filter, `${before}.`)} OR ${filterCondition(filter, `${after}.`)})`
  }
  // plpgsql plans a field of new or old with the type it has then, and fails when the session meets another: a migrated
  // enum is another type. Of the other types the guard notices. Not to_json, which looks up the type that was dropped.
  const fields = (row: 'new' | 'old') =>
    key
      .map((part) =>
        isQueuedAsText(part)
          ? `to_jsonb(${row}) ->> ${quoteLiteral(part.column)}`
          : `${row}.${quoteIdentifier(part.column)}`,
      )
      .join(', ')
  const newKey = fields('new')
  const oldKey = fields('old')
  const plain = [...watched.keys()].filter(
    (column) => !keyColumns.includes(column) && !filtered.some((item) => item.column === column),
  )
  return {
    schemaMismatch,
    newKey,
    oldKey,
    changed: changedBetween('before', 'after'),
    primaryKeyIsAsKnown: primaryKeyIsAsKnown(spec),
    enqueueInserted: filter === null ? enqueueAny(spec, names) : enqueueInFilter(spec, names, filter),
    enqueueUnknown: enqueueUnknown(names),
    keyReaders: keyReaders(spec),
    dropKeyReaders: dropKeyReaders(spec),
    knownKey: names.queueKey,
    knownDeleted: knownKeys(spec, 'deleted'),
    returnIfWatchedAreAsKnown: returnIfAsKnown(spec, plain, filtered),
    leaveFilter:
      filter === null ? '' : leaveFilter(spec, names, `${newIsInside(filter)} OR num_nulls(${newKey}) > 0`, newKey),
    ...(hasForeignKey(spec) ? nothingToForget : forgetting(names, oldKey)),
    ...rowFragments(spec, names, changedBetween('old', 'new')),
  } as const
}

/**
 * Without a look into the catalog, unless nothing was queued: no key is NULL, so a row that was is of a known key. One row
 * is the first attempt's, whose statement costs 3 µs less than to count before.
 */
function enqueueAny(spec: VectorizerSpec, names: Names): string {
  const enqueue = (condition: string) => `INSERT INTO ${names.queue} AS queued (${names.queueKey})
  SELECT ${names.queueKey} FROM ${knownKeys(spec, 'inserted')}
  WHERE num_nulls(${names.queueKey}) = 0${condition}
  ${names.requeue};
  IF found THEN
    RETURN NULL;
  END IF;`
  return `${enqueue(' AND NOT EXISTS (SELECT FROM inserted OFFSET 1)')}
  ${countRows(spec)}
  IF keys_differ THEN
  ${enqueue('')}
  IF ${columnsAreAsKnown(spec, [], [])} THEN
    RETURN NULL;
  END IF;
  END IF;`
}

const countRows = (
  spec: VectorizerSpec,
): string => `some_rows := (SELECT count(*) FROM (SELECT FROM inserted LIMIT 2) AS few);
  IF some_rows = 0 THEN
    RETURN NULL;
  ELSIF some_rows = 2 THEN
    keys_differ := ${primaryKeyIsAsKnown(spec)};
  END IF;`

/** A condition may hold of a column that is not there, so all are looked for first. */
const enqueueInFilter = (spec: VectorizerSpec, names: Names, filter: RowFilter): string => `${countRows(spec)}
  IF keys_differ THEN
    IF ${columnsAreAsKnown(spec, [], filterColumns(filter))} THEN
      INSERT INTO ${names.queue} AS queued (${names.queueKey})
      SELECT ${names.sourceKey} FROM inserted WHERE ${filterCondition(filter)} AND num_nulls(${names.sourceKey}) = 0
      ${names.requeue};
      IF found THEN
        RETURN NULL;
      END IF;
      -- Possible once the primary key is another.
      IF NOT EXISTS (SELECT FROM inserted WHERE ${filterCondition(filter)} AND num_nulls(${names.sourceKey}) > 0) THEN
        RETURN NULL;
      END IF;
    END IF;
  END IF;`

/**
 * Whether the changed row is inside, for plpgsql, which plans a field of new with the type it has then. What is compared as
 * text may be of another type at the session's next update: a migrated enum is one.
 */
function newIsInside(filter: RowFilter): string {
  const columns = filterColumns(filter)
  if (columns.every(({ type }) => type !== 'text')) return filterCondition(filter, 'new.')
  const read = columns.map(({ column, type, sqlType }) => {
    const text = `to_jsonb(new) ->> ${quoteLiteral(column)}`
    // The cast of a char(n) to text drops the blanks that fill it, its JSON has them.
    const value =
      type !== 'text' ? `new.${quoteIdentifier(column)}` : bareType(sqlType) === 'CHAR' ? `rtrim(${text}, ' ')` : text
    return `${value} AS ${quoteIdentifier(column)}`
  })
  return `(SELECT ${filterCondition(filter, 'changed.')} FROM (SELECT ${read.join(', ')}) AS changed)`
}

/** One row, by its primary key as that is called today. */
const enqueueUnknown = (names: Names): string => `BEGIN
      EXECUTE ${names.enqueueTag}INSERT INTO ${names.queue} AS queued (${names.queueKey}) SELECT ${names.enqueueTag}
        || vectorizer.current_key(tg_relid)
        || ${names.enqueueTag} FROM (SELECT ($1).*) AS updated ${names.requeue}${names.enqueueTag} USING new;
    EXCEPTION WHEN ${schemaMismatch} THEN
      RAISE WARNING 'prisma-vectorizer: a changed row of % is not queued for %: %', tg_relid::regclass, ${names.nameLiteral}, sqlerrm;
    END;`

/** Of the function that follows a row in whatever was done to it. */
function rowFragments(spec: VectorizerSpec, names: Names, touched: string) {
  const { key, filter } = spec.source
  const variables = (prefix: 'new' | 'old') => key.map((_, part) => `${prefix}_${part + 1}`)
  const read = (row: 'new' | 'old') =>
    key
      .map((part, index) => {
        const value = isQueuedAsText(part)
          ? `to_jsonb(${row}) ->> ${quoteLiteral(part.column)}`
          : readKeyPart(spec, part, `${row}.`)
        return `${row}_${index + 1} := ${value};`
      })
      .join('\n      ')
  const [newKey, oldKey] = [variables('new').join(', '), variables('old').join(', ')]
  const declared = key.flatMap((_, part) => {
    const type = `${names.queue}.${quoteIdentifier(queueKeyColumn(spec, part))}%TYPE`
    return [`old_${part + 1} ${type};`, `new_${part + 1} ${type};`]
  })
  return {
    rowVariables: declared.join('\n  '),
    readNewKey: read('new'),
    readOldKey: read('old'),
    readInside: filter === null ? '' : `\n      inside := ${filterCondition(filter, 'new.')};`,
    touched,
    newVariables: newKey,
    oldVariables: oldKey,
    rowLeavesFilter: filter === null ? '' : leaveFilter(spec, names, `inside OR num_nulls(${newKey}) > 0`, newKey),
    forgetOldRow: spec.store.kind === 'column' ? '' : forgetOldRow(spec, names, oldKey),
  } as const
}

/** What a foreign key does: there may be none, and in a replica session it does nothing. */
function forgetOldRow(spec: VectorizerSpec, names: Names, oldKey: string): string {
  const forget = `DELETE FROM %s WHERE ${percentSafe(`(${names.storeQueuedKey}) = (${parameters(spec)})`)}`
  const forgotten = `BEGIN
      EXECUTE format(${names.forgetTag}${forget}${names.forgetTag}, ${storeOf(names)}) USING ${oldKey};
    EXCEPTION WHEN ${storeMismatch} THEN
      NULL;
    END;
    -- A transaction that does not see what a worker committed meanwhile leaves the key to the worker, which finds no row.
    IF current_setting('transaction_isolation') <> 'read committed' AND num_nulls(${oldKey}) = 0 THEN
      INSERT INTO ${names.queue} AS queued (${names.queueKey}) VALUES (${oldKey})
      ${names.requeue};
    END IF;`
  return hasForeignKey(spec)
    ? `
    IF current_setting('session_replication_role') = 'replica' THEN
    ${forgotten}
    END IF;`
    : `
    ${forgotten}`
}

/** A column store goes with its row. */
const hasForeignKey = ({ store }: VectorizerSpec): boolean => store.kind === 'column' || store.foreignKey

const nothingToForget = { forgetOldKey: '', forgetDeleted: '', forgetAll: '' } as const

// The registry says what the store is called today; no schema of the application is on the functions' search path.
const storeOf = ({ nameLiteral }: Names): string =>
  `(SELECT store FROM vectorizer.vectorizer WHERE name = ${nameLiteral})`

/** A name may contain what `format` would take for a placeholder. */
const percentSafe = (sql: string): string => sql.replaceAll('%', '%%')

const parameters = (spec: VectorizerSpec): string => spec.source.key.map((_, part) => `$${part + 1}`).join(', ')

/** Removes the vectors of one row at once, or leaves that to the worker: a write of the application never fails for it. */
function leaveFilter(spec: VectorizerSpec, names: Names, inside: string, newKey: string): string {
  const forget =
    spec.store.kind === 'column'
      ? `UPDATE %s SET ${percentSafe(`${names.vectorColumn} = NULL WHERE (${names.sourceQueuedKey}) = (${parameters(spec)}) AND ${names.vectorColumn} IS NOT NULL`)}`
      : `DELETE FROM %s WHERE ${percentSafe(`(${names.storeQueuedKey}) = (${parameters(spec)})`)}`
  return `
  -- The row is outside the filter now, and has no embeddings any more. A transaction that does not see what a worker
  -- committed meanwhile also queues it, and the worker removes that.
  IF NOT (${inside}) THEN
    DELETE FROM ${names.queue} WHERE (${names.queueKey}) = (${newKey});
    BEGIN
      EXECUTE format(${names.forgetTag}${forget}${names.forgetTag}, ${storeOf(names)}) USING ${newKey};
      IF current_setting('transaction_isolation') = 'read committed' THEN
        RETURN NULL;
      END IF;
    EXCEPTION WHEN ${storeMismatch} THEN
      NULL;
    END;
  END IF;`
}

/** Without a foreign key (relationMode = "prisma") what it would do. A key in the queue without its row is removed by the worker. */
function forgetting(names: Names, oldKey: string) {
  const forgetDeleted = `DELETE FROM %s WHERE (${percentSafe(names.storeKey)}) IN (SELECT ${percentSafe(names.deletedKey)} FROM deleted)`
  return {
    forgetOldKey: `
    -- There is no foreign key: the worker finds no row of the old key, and removes its chunks.
    INSERT INTO ${names.queue} AS queued (${names.queueKey}, reembed)
    SELECT ${oldKey}, coalesce(waits_for_another_model, false) WHERE num_nulls(${oldKey}) = 0
    ${names.requeue};`,
    forgetDeleted: `
  -- There is no foreign key. A transaction that does not see what a worker committed meanwhile also queues the keys, and
  -- the worker, finding no row, removes that.
  BEGIN
    EXECUTE format(${names.forgetTag}${forgetDeleted}${names.forgetTag}, ${storeOf(names)});
    IF current_setting('transaction_isolation') = 'read committed' THEN
      RETURN NULL;
    END IF;
  EXCEPTION WHEN ${storeMismatch} THEN
    NULL;
  END;
  BEGIN
    EXECUTE ${names.enqueueTag}INSERT INTO ${names.queue} AS queued (${names.queueKey}) SELECT ${names.enqueueTag}
      || vectorizer.current_key(tg_relid)
      || ${names.enqueueTag} FROM deleted ${names.requeue}${names.enqueueTag};
  EXCEPTION WHEN ${schemaMismatch} THEN
    RAISE WARNING 'prisma-vectorizer: deleted rows of % may keep embeddings in %: %', tg_relid::regclass, ${names.nameLiteral}, sqlerrm;
  END;`,
    forgetAll: `
  BEGIN
    EXECUTE format('TRUNCATE %s', ${storeOf(names)});
  EXCEPTION WHEN ${storeMismatch} THEN
    RAISE WARNING 'prisma-vectorizer: the embeddings of % are still there: %', ${names.nameLiteral}, sqlerrm;
  END;`,
  } as const
}
