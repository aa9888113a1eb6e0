// G11: what a drain holds in memory does not depend on how much there is to do.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openBlog } from './support/blog.ts'

/** Peak of the memory of a process that embeds `rows` rows of a thousand characters, in bytes. */
async function peakOf(rows: number): Promise<number> {
  await using blog = await openBlog()
  await blog.query(
    `INSERT INTO "BlogPost" (content) SELECT repeat('word ', 200) || i FROM generate_series(1, $1::int) AS i`,
    [rows],
  )
  const script = fileURLToPath(new URL('./support/drain-process.ts', import.meta.url))
  // Garbage is collected often: otherwise the peak says how fast it was made.
  const args = ['--max-semi-space-size=1', '--conditions=@prisma-vectorizer/source', '--import', 'tsx', script]
  const env = { ...process.env, NODE_OPTIONS: '', DATABASE_URL: blog.url }
  const { stdout } = await promisify(execFile)(process.execPath, args, { env })
  const { embedded, peak } = JSON.parse(stdout) as { embedded: number; peak: number }
  expect(embedded).toBe(rows)
  return peak
}

test('a backlog ten times as long takes no more memory', async () => {
  const short = await peakOf(2_000)
  // 1.2 here; a worker that kept what it has read needs twice as much.
  expect(await peakOf(20_000)).toBeLessThan(1.4 * short)
})
