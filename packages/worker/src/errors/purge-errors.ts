// Retention: errors that are long over are forgotten.
import type { Database } from '@prisma-vectorizer/spec'
import { createRegistryReader } from '../registry.ts'
import { purgeErrors as purgeSql } from '../sql/purge-errors.ts'
import { run } from '../sql/run.ts'

/**
 * Deletes the errors that were last seen more than `days` days ago, except those of rows that still wait or were given up.
 * Those of a vectorizer that does not fit its tables stay. Returns how many.
 */
export async function purgeErrors(database: Database, days: number): Promise<number> {
  const { vectorizers } = await createRegistryReader(database)()
  let purged = 0
  for (const vectorizer of vectorizers) {
    const [result] = await run<{ rows: number }>(database, purgeSql(vectorizer, days))
    purged += result?.rows ?? 0
  }
  return purged
}
