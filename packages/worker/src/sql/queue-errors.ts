// What the queue says of a key that stands in vectorizer.error.
import { queueKeyColumn, quoteIdentifier, type VectorizerSpec } from '@prisma-vectorizer/spec'

/** `jsonb_build_array(queue."key_id"::text)`: the key of a row of `queue` as vectorizer.error has it. */
export const noteKey = (spec: VectorizerSpec): string =>
  `jsonb_build_array(${spec.source.key.map((_, part) => `queue.${quoteIdentifier(queueKeyColumn(spec, part))}::text`).join(', ')})`

/**
 * Whether `noted` is still of concern to the row of `queue`: one from before the row was queued has been mended, or has
 * gone away, since.
 */
export const concerns = (spec: VectorizerSpec): string =>
  `${noteKey(spec)} = noted.key AND noted.last_at >= queue.queued_at`
