// Done: takes rows out of the queue. Only after lockRows, which made sure that they are ours.
import type { SqlQuery } from '@prisma-vectorizer/spec'
import type { Vectorizer } from '../vectorizer.ts'
import { type Key, keyArrays, keysMatch, unnestKeys } from './keys.ts'

export function dequeueRows({ spec, queue }: Vectorizer, keys: readonly Key[]): SqlQuery {
  return {
    text: `DELETE FROM ${queue} AS queue
USING ${unnestKeys(spec)}
WHERE ${keysMatch(spec, 'queue')}`,
    values: keyArrays(spec, keys),
  }
}
