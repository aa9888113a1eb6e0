// VZ520: why an index could not be built, and what to do about it.
import { isVectorizerError, quoteIdentifier, VectorizerError } from '@prisma-vectorizer/spec'
import { sqlState } from '../pipeline/failure.ts'
import type { IndexTarget } from './target.ts'

/** Only who owns a table may build and drop its indexes: no right that could be granted allows it. */
export function notOwner({ label, store, role, owner }: IndexTarget): VectorizerError {
  return new VectorizerError('VZ520', {
    fact: `${label}: the role \`${role}\` does not own ${store}.`,
    why: `Only the owner of a table, \`${owner}\`, may build its indexes.`,
    fix: `Run \`prisma-vectorizer index ${label}\` as \`${owner}\`, or make the role a member of it: \`GRANT ${quoteIdentifier(owner)} TO ${quoteIdentifier(role)}\`.`,
  })
}

export function isPartitioned({ label, store }: IndexTarget): VectorizerError {
  return new VectorizerError('VZ520', {
    fact: `${label}: ${store} is partitioned.`,
    why: 'PostgreSQL builds no index of a partitioned table without blocking its writes.',
    fix: 'Build it while nothing is written: `prisma-vectorizer index --dry-run` prints its statement; leave `CONCURRENTLY` out.',
  })
}

/** What the database said while it was built. An error of ours stays as it is. */
export function buildFailure({ label, index }: IndexTarget, cause: unknown): VectorizerError {
  if (isVectorizerError(cause)) return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  return new VectorizerError('VZ520', {
    fact: `${label}: the index ${quoteIdentifier(index)} could not be built: ${message.replace(/\.$/u, '')}.`,
    fix: fixOf(sqlState(cause)),
    cause,
  })
}

function fixOf(state: string | undefined): string {
  if (state === '42501') return 'Connect as the role that owns the table and may create in its schema.'
  if (state === '42704' || state === '58P01')
    return 'Install the extension that has the access method: `prisma-vectorizer doctor`.'
  if (state === '57014') return 'Somebody cancelled it. Run `prisma-vectorizer index` again.'
  if (state === '53100')
    return 'Free space on the disk of the database (or shared memory), then run `prisma-vectorizer index` again.'
  if (state === '53200' || state === '54000')
    return 'Give it another amount of memory: `prisma-vectorizer index --maintenance-work-mem 2GB`.'
  return 'Run `prisma-vectorizer index` once the database is in order: what was begun is cleared away.'
}
