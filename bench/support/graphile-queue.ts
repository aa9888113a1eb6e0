// graphile-worker as fast as it goes: jobs that do nothing, fetched 500 at once into its local queue, and completed
// together instead of one by one.
import { Logger, makeWorkerUtils, runOnce } from 'graphile-worker'
import type pg from 'pg'
import { wall } from './measure.ts'

const logger = new Logger(() => () => {})

export async function migrateGraphile(url: string): Promise<void> {
  const utils = await makeWorkerUtils({ connectionString: url, logger })
  await utils.migrate()
  await utils.release()
}

export async function addJobs(client: pg.Client, jobs: number): Promise<void> {
  await client.query('truncate graphile_worker._private_jobs')
  await client.query(
    `select count(*) from generate_series(0, ($1::int - 1) / 10000) batch,
       lateral graphile_worker.add_jobs(array(
         select ('nothing', json_build_object('id', i), null, null, null, null, null, null)::graphile_worker.job_spec
         from generate_series(batch * 10000 + 1, least(batch * 10000 + 10000, $1::int)) i
       )) added`,
    [jobs],
  )
}

/** Milliseconds from the first job to the end of the last: what it takes to start is left out. */
export async function drainJobs(url: string, jobs: number, concurrentJobs: number): Promise<number> {
  let done = 0
  let startedAt = Number.NaN
  const taken = await wall(() =>
    runOnce(
      {
        preset: {
          worker: {
            connectionString: url,
            concurrentJobs,
            localQueue: { size: 500 },
            completeJobBatchDelay: 0,
            failJobBatchDelay: 0,
          },
        },
        noHandleSignals: true,
        logger,
      },
      {
        nothing() {
          if (done++ === 0) startedAt = performance.now()
        },
      },
    ),
  )
  if (done !== jobs) throw new Error(`${done} of ${jobs} jobs were done`)
  return Math.min(taken, performance.now() - startedAt)
}
