// Notes what went wrong in vectorizer.error: one row per key, step and code, counted.
import { type SqlQuery, vectorizerSchema } from '@prisma-vectorizer/spec'

/** The upsert's end: a repeated error is the same row, with its latest words. */
const onceMore = `ON CONFLICT (vectorizer, item, step, code) DO UPDATE
  SET count = noted.count + 1, message = excluded.message, last_at = now()`

/** `INSERT INTO vectorizer.error … <rows>`, where `rows` selects vectorizer, key, step, code and message. */
export const noteErrors = (rows: string): string =>
  `INSERT INTO ${vectorizerSchema}.error AS noted (vectorizer, key, step, code, message)
${rows}
${onceMore}`

export interface WholeError {
  readonly step: string
  readonly code: string
  readonly message: string
}

/** An error of the vectorizer as a whole. Nothing where the vectorizer has just been dropped. */
export function recordError(name: string, { step, code, message }: WholeError): SqlQuery {
  return {
    text: noteErrors(
      `SELECT name, '[]'::jsonb, $2::text, $3::text, $4::text FROM ${vectorizerSchema}.vectorizer WHERE name = $1`,
    ),
    values: [name, step, code, message],
  }
}
