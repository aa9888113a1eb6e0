// `npm run bench [-- search recall …]`: each prints ratios against a floor measured in the same run, beside the ratio we
// hold ourselves to. Needs PostgreSQL with pgvector: DATABASE_URL, or an installation on this machine. BENCH_SCALE=0.05
// tries worker, drain, queue, providers and backfill with a twentieth of their rows; their ratios then say little.
import { findPostgres, startCluster } from '../scripts/postgres-cluster.mjs'

const benchmarks = {
  generate: () => import('./generate.ts'),
  types: () => import('./types.ts'),
  triggers: () => import('./triggers.ts'),
  worker: () => import('./worker.ts'),
  drain: () => import('./drain.ts'),
  queue: () => import('./queue.ts'),
  providers: () => import('./providers.ts'),
  backfill: () => import('./backfill.ts'),
  write: () => import('./write.ts'),
  search: () => import('./search.ts'),
  recall: () => import('./recall.ts'),
  cold: () => import('./cold.ts'),
} satisfies Record<string, () => Promise<{ run(serverUrl: string): Promise<void> }>>

const asked = process.argv.slice(2)
const names = asked.length ? asked : Object.keys(benchmarks)
const serverUrl = process.env['DATABASE_URL'] ?? (await startCluster(findPostgres()))
for (const name of names) {
  const load = benchmarks[name as keyof typeof benchmarks]
  if (!load) throw new Error(`no benchmark is called ${name}; there are ${Object.keys(benchmarks).join(', ')}`)
  await (await load()).run(serverUrl)
}
