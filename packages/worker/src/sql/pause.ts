// Pauses vectorizers and lets them go on.
import { type SqlQuery, vectorizerSchema } from '@prisma-vectorizer/spec'

/** Returns `name` of those that were not in that state already. */
export const setPaused = (names: readonly string[], paused: boolean): SqlQuery => ({
  text: `UPDATE ${vectorizerSchema}.vectorizer SET paused = $2::boolean
WHERE name = ANY ($1::text[]) AND paused <> $2::boolean
RETURNING name`,
  values: [names, paused],
})
