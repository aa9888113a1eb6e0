// Rows that were held when their worker died. One of them may be what killed it: they are tried in ever smaller groups,
// until it stands alone, and then given up.
import { VectorizerError } from '@prisma-vectorizer/spec'
import type { ClaimedRow, FailedRow } from './batch.ts'
import { failedRow } from './failure.ts'

/** Workers that one row may outlive. By the third it stands alone. */
const mostLostLeases = 5

export interface Quarantine {
  /** To be worked on now. */
  readonly rows: readonly ClaimedRow[]
  /** Whether `rows` are suspects: only one such group at a time, since all that a process holds dies with it. */
  readonly suspected: boolean
  /** To be given back, for later batches. */
  readonly later: readonly ClaimedRow[]
  readonly failed: readonly FailedRow[]
}

/**
 * Suspects first, those of the most deaths before others, in groups of a quarter of `limit`, a sixteenth, …: 50 rows of a
 * worker that died become 5 groups, 12 of those 4 of 3, then single rows. While another group is `busy` only rows that are
 * beyond suspicion are worked on.
 */
export function quarantine(
  claimed: readonly ClaimedRow[],
  { limit, label, busy }: { readonly limit: number; readonly label: string; readonly busy: boolean },
): Quarantine {
  const deadly = claimed.filter(({ lostLeases }) => lostLeases >= mostLostLeases)
  const suspects = claimed.filter(({ lostLeases }) => lostLeases > 0 && lostLeases < mostLostLeases)
  const most = Math.max(0, ...suspects.map(({ lostLeases }) => lostLeases))
  const group = suspects
    .filter(({ lostLeases }) => lostLeases === most)
    .slice(0, Math.max(1, Math.floor(limit / 4 ** most)))
  const suspected = suspects.length > 0 && !busy
  const rows = suspected ? group : claimed.filter(({ lostLeases }) => lostLeases === 0)
  return {
    rows,
    suspected,
    later: claimed.filter((row) => !rows.includes(row) && !deadly.includes(row)),
    failed: deadly.map((row) => failedRow(row, 'worker', deadlyRow(label, row.lostLeases), [])),
  }
}

function deadlyRow(label: string, times: number): VectorizerError {
  return new VectorizerError('VZ523', {
    fact: `${label}: the process that held this row died, ${times} times in a row.`,
    why: 'It was tried in smaller groups, and at last alone. It may be too large for the memory of the worker.',
    fix: 'Look at the row and at how the workers ended, then `prisma-vectorizer retry`.',
  })
}

// Of the process, not of a worker: all workers of a process die together.
let groupInWork: Promise<void> | undefined

export const isQuarantineBusy = (): boolean => groupInWork !== undefined

/** Resolves when no group of suspects is in work. */
export async function afterQuarantine(): Promise<void> {
  await groupInWork
}

/** Nobody else takes suspects until the function it returns is called. */
export function enterQuarantine(): () => void {
  let leave = () => {}
  groupInWork = new Promise((resolve) => {
    leave = () => {
      groupInWork = undefined
      resolve()
    }
  })
  return leave
}
