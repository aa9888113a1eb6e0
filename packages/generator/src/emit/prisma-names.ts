// The constraint names Prisma derives for PostgreSQL, which our CREATE TABLE must spell alike or `migrate dev` would
// rename them. Rule read from Prisma's own schema language (constraint_names.rs): table, columns, suffix, and where that
// passes 63 bytes the part before the suffix is cut, at a character's boundary.
import { byteLength } from '@prisma-vectorizer/spec'

const limit = 63

export const primaryKeyName = (table: string): string => fit(table, '_pkey')
export const uniqueKeyName = (table: string, columns: readonly string[]): string =>
  fit([table, ...columns].join('_'), '_key')
export const foreignKeyName = (table: string, columns: readonly string[]): string =>
  fit([table, ...columns].join('_'), '_fkey')

function fit(stem: string, suffix: string): string {
  let cut = ''
  for (const character of stem) {
    if (byteLength(cut + character) > limit - suffix.length) break
    cut += character
  }
  return cut + suffix
}
