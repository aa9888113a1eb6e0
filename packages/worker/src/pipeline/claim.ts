// Step 1 of 6: takes rows from the queue under a lease.
import type { ClaimRow } from '../sql/claim-rows.ts'
import { claimRows } from '../sql/claim-rows.ts'
import { run } from '../sql/run.ts'
import type { ClaimedRow, Lease, PipelineContext } from './batch.ts'

export async function claim(
  { database, leaseSeconds }: PipelineContext,
  { vectorizer, token }: Lease,
  limit: number,
): Promise<readonly ClaimedRow[]> {
  return run<ClaimRow>(database, claimRows(vectorizer, { lease: token, limit, leaseSeconds }))
}
