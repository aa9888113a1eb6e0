// What can go wrong with a write that was checked: a row is not there, or PostgreSQL refuses a value.
import { type AnySpec, isVectorizerError, VectorizerError, vectorColumn } from '@prisma-vectorizer/spec'
import { explainDatabaseError } from '../find-similar/database-errors.ts'
import type { KeyField } from '../find-similar/search-target.ts'
import { jsonValue, type RowKey } from '../scope/row-key.ts'

/** VZ308. `key`: the row's, as `{ id: 7 }`. */
export function noSuchRow(where: string, model: string, key: string): VectorizerError {
  return new VectorizerError('VZ308', {
    fact: `${where}: there is no ${model} ${key}, or the caller may not see it.`,
    why: 'A vector belongs to a row. Nothing was written.',
    fix: 'Create the row first.',
  })
}

export function shownKey(key: RowKey, fields: readonly KeyField[]): string {
  const parts = fields.map(({ field }, part) => `${field}: ${JSON.stringify(jsonValue(key[part]))}`)
  return `{ ${parts.join(', ')} }`
}

/** The error of a statement that writes vectors as one of ours, or itself where it is none of those. */
export function explainWriteError(error: unknown, spec: AnySpec, where: string): unknown {
  if (isVectorizerError(error)) return error
  const code = sqlState(error)
  const column = `"${spec.store.table}"."${vectorColumn(spec.store)}"`
  if (code === '23502') {
    return new VectorizerError('VZ306', {
      fact: `${where}: ${column} is NOT NULL, so every row must have its vector.`,
      fix: 'Make the field optional, or delete the row.',
      cause: error,
    })
  }
  if (code === '23503') {
    return new VectorizerError('VZ308', {
      fact: `${where}: a row of ${spec.source.model} was deleted while its vectors were written.`,
      why: 'A vector belongs to a row. Nothing was written.',
      cause: error,
    })
  }
  if (code === '21000') {
    return new VectorizerError('VZ306', {
      fact: `${where}: two elements of \`data\` have the same key and \`chunkSeq\`.`,
      why: 'They are written differently, and are one key for PostgreSQL.',
      fix: 'Remove one of them.',
      cause: error,
    })
  }
  const explained = explainDatabaseError(error, spec, where)
  if (explained !== error || code === undefined || !unreadable.has(code)) return explained
  return new VectorizerError('VZ306', {
    fact: `${where}: PostgreSQL cannot read a value: ${/Message: `(.*)`/s.exec((error as Error).message)?.[1] ?? code}`,
    why: `The key of ${spec.source.model} is ${spec.source.key.map((part) => `${part.field} ${part.sqlType}`).join(', ')}.`,
    cause: error,
  })
}

// A text too long, a number out of range, a date that is none, no value of the enum.
const unreadable = new Set(['22001', '22003', '22007', '22008', '22P02'])

/** PostgreSQL's code, as Prisma hands it on from a raw query. */
function sqlState(error: unknown): string | undefined {
  return /Raw query failed\. Code: `(\w{5})`/.exec(error instanceof Error ? error.message : '')?.[1]
}
