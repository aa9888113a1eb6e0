// Step 1: takes rows from the queue under a lease.
import type { ClaimRow } from '../sql/claim-rows.ts'
import { claimRows } from '../sql/claim-rows.ts'
import { run } from '../sql/run.ts'
import type { ClaimedRow, Lease, PipelineContext } from './batch.ts'

export async function claim(
  { database, leaseSeconds }: PipelineContext,
  { vectorizer, token }: Lease,
  limit: number,
): Promise<readonly ClaimedRow[]> {
  const rows = await run<ClaimRow>(database, claimRows(vectorizer, { lease: token, limit, leaseSeconds }))
  return rows.map(({ lost_leases: lostLeases, ...row }) => ({ ...row, lostLeases }))
}
