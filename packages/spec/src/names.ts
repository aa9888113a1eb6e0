// Every identifier derived from a vectorizer. PostgreSQL silently cuts names at 63 bytes, which would make two long
// names one: a name that is too long is cut here instead, and a hash of the whole keeps it distinct.
import type { ColumnStore, KeyColumnSpec, SourceSpec, TableStore } from './vectorizer-spec.ts'

const maxIdentifierBytes = 63

/** The Postgres schema of queues, functions and the registry; never listed in a datasource's `schemas`. */
export const vectorizerSchema = 'vectorizer'

/** Columns of every store, as in pgai. */
export const storeColumns = {
  embeddingUuid: 'embedding_uuid',
  chunkSeq: 'chunk_seq',
  chunk: 'chunk',
  embedding: 'embedding',
} as const

/** The store's Prisma fields that are not the parent's key. */
export const storeFields = {
  embeddingUuid: 'embeddingUuid',
  chunkSeq: 'chunkSeq',
  chunk: 'chunk',
  embedding: 'embedding',
  parent: 'parent',
} as const

/** The queue's column for the n-th part of the parent's key; a prefix, so that no key can collide with `queued_at`. */
export function queueKeyColumn(spec: { readonly source: Pick<SourceSpec, 'key'> }, part: number): string {
  const key = spec.source.key[part]
  return fitIdentifier(`key_${key?.column ?? part}`)
}

/**
 * Whether the queue keeps this part of the key as text: an enum. A column of the enum's own type would stop Prisma's
 * migration of the enum, which makes a new type and drops the old one.
 */
export const isQueuedAsText = (part: KeyColumnSpec): boolean => part.sqlType.startsWith('"')

/** Column of the vectors, in the store's table. */
export const vectorColumn = (store: TableStore | ColumnStore): string =>
  store.kind === 'column' ? store.column : storeColumns.embedding

/** All database objects of one vectorizer besides the store; the functions and the queue live in schema `vectorizer`. */
export function objectNames(spec: { readonly name: string; readonly store: TableStore | ColumnStore }) {
  return {
    queue: fitIdentifier(spec.name, '_queue'),
    queueOrderIndex: fitIdentifier(spec.name, '_queue_order'),
    // Whatever its access method: a declared index that is renamed would be Prisma's to make, as a btree.
    vectorIndex: fitIdentifier(`${spec.store.table}_${vectorColumn(spec.store)}`, '_vector_idx'),
    // Over chunks, which only a store of its own has.
    textIndex: fitIdentifier(`${spec.store.table}_${storeColumns.chunk}`, '_text_idx'),
    parentPolicy: 'vectorizer_parent',
    workerPolicy: fitIdentifier('vectorizer_worker_', spec.name),
    changedFunction: fitIdentifier(spec.name, '_changed'),
    guardFunction: fitIdentifier(spec.name, '_guard'),
    insertFunction: fitIdentifier(spec.name, '_enqueue_inserted'),
    updateFunction: fitIdentifier(spec.name, '_enqueue_updated'),
    unknownFunction: fitIdentifier(spec.name, '_unknown'),
    deleteFunction: fitIdentifier(spec.name, '_dequeue_deleted'),
    truncateFunction: fitIdentifier(spec.name, '_dequeue_all'),
    rowFunction: fitIdentifier(spec.name, '_follow_row'),
    visibleFunction: fitIdentifier(spec.name, '_visible'),
    insertTrigger: fitIdentifier('vectorizer_insert_', spec.name),
    updateTrigger: fitIdentifier('vectorizer_update_', spec.name),
    guardTrigger: fitIdentifier('vectorizer_guard_', spec.name),
    deleteTrigger: fitIdentifier('vectorizer_delete_', spec.name),
    truncateTrigger: fitIdentifier('vectorizer_truncate_', spec.name),
    rowTrigger: fitIdentifier('vectorizer_row_', spec.name),
    replicaTrigger: fitIdentifier('vectorizer_replica_', spec.name),
    // Made by earlier versions.
    updateUnknownFunction: fitIdentifier(spec.name, '_enqueue_unknown'),
    updateUnknownTrigger: fitIdentifier('vectorizer_unknown_', spec.name),
  } as const
}

/** `stem + suffix`, at most 63 bytes: a longer one loses its stem's tail to `_<hash>`, deterministically. */
export function fitIdentifier(stem: string, suffix = ''): string {
  const whole = stem + suffix
  if (byteLength(whole) <= maxIdentifierBytes) return whole
  const tail = `_${hash(whole)}${byteLength(suffix) <= 24 ? suffix : ''}`
  const kept = byteLength(suffix) <= 24 ? stem : whole
  let cut = ''
  for (const character of kept) {
    if (byteLength(cut + character) + byteLength(tail) > maxIdentifierBytes) break
    cut += character
  }
  return cut + tail
}

/** UTF-8 length, which is what PostgreSQL counts. */
export const byteLength = (text: string): number => new TextEncoder().encode(text).length

/** FNV-1a, 32 bits, as 8 hex digits: stable across processes and versions; not for anything secret. */
function hash(text: string): string {
  let state = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) state = Math.imul(state ^ byte, 0x01000193) >>> 0
  return state.toString(16).padStart(8, '0')
}

/** `BlogPost` → `blogPost`: the property Prisma Client gives a model. */
export const delegateName = (model: string): string => model.charAt(0).toLowerCase() + model.slice(1)
