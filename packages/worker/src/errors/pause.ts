// Pauses vectorizers: changes are queued, and no worker embeds them until they go on.
import type { DatabaseOption } from '../database/database-option.ts'
import { setPaused } from '../sql/pause.ts'
import { run } from '../sql/run.ts'
import { chooseVectorizers, explained, withDatabase } from './chosen.ts'

export interface PauseResult {
  /** `BlogPost.contentEmbeddings`. */
  readonly vectorizer: string
  /** False where it was so already. */
  readonly changed: boolean
}

/**
 * Running workers finish the batch in flight, and claim no more from their next look at the registry on (`pollInterval`,
 * at most 5 s). All vectorizers without `names`. Throws VZ501, VZ502, VZ503, VZ507, and VZ504 where a right is missing.
 */
export const pauseVectorizers = (database: DatabaseOption | undefined, names?: readonly string[]) =>
  set(database, names, true)

/** Workers go on with them from their next look at the registry on. Throws as `pauseVectorizers` does. */
export const resumeVectorizers = (database: DatabaseOption | undefined, names?: readonly string[]) =>
  set(database, names, false)

const set = (
  option: DatabaseOption | undefined,
  names: readonly string[] | undefined,
  paused: boolean,
): Promise<readonly PauseResult[]> =>
  withDatabase(option, async (database) => {
    const chosen = await chooseVectorizers(database, names)
    const wanted = chosen.map(({ name }) => name)
    try {
      const rows = await run<{ name: string }>(database, setPaused(wanted, paused))
      const changed = new Set(rows.map(({ name }) => name))
      return chosen.map(({ label, name }) => ({ vectorizer: label, changed: changed.has(name) }))
    } catch (cause) {
      const labels = chosen.map(({ label }) => label).join(', ')
      throw explained(labels, 'UPDATE (paused) on vectorizer.vectorizer', cause)
    }
  })
