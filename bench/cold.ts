// The first query of a process: findSimilar beside findMany, each in processes of their own.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { blogSpec, blogTables, migrate } from './support/blog.ts'
import { withDatabase } from './support/database.ts'
import { median } from './support/measure.ts'
import { randomVectors } from './support/vectors.ts'

const processes = 9

export async function run(serverUrl: string): Promise<void> {
  await withDatabase(serverUrl, async (url, client) => {
    await client.query(blogTables)
    await migrate(client, blogSpec({ dimensions: 768 }))
    await client.query(`insert into "Author" (name) values ('Ada');
      insert into "BlogPost" (title, content, published, "authorId") select 'post ' || i, '', true, 1 from generate_series(1, 100) i`)
    await client.query(
      `insert into "BlogPost_embedding_store" (id, chunk_seq, chunk, embedding)
       select i, 0, 'chunk', v::vector from unnest($1::text[]) with ordinality as t (v, i)`,
      [randomVectors(100, 768).map((vector) => JSON.stringify(vector))],
    )
    const taken = { findMany: [] as number[], findSimilar: [] as number[] }
    for (let round = 0; round < processes; round++) {
      for (const method of ['findMany', 'findSimilar'] as const) taken[method].push(firstCall(url, method))
    }
    const more = median(taken.findSimilar) - median(taken.findMany)
    console.log(
      `\nThe first query of a process, median of ${processes}\n  findMany ${median(taken.findMany).toFixed(1)} ms, ` +
        `findSimilar ${more.toFixed(1)} ms more   target 30 ${more <= 30 ? 'held' : 'MISSED'}`,
    )
  })
}

/** Milliseconds, connection included. */
function firstCall(url: string, method: string): number {
  const script = fileURLToPath(new URL('support/first-call.ts', import.meta.url))
  const { stdout, stderr, status } = spawnSync(process.execPath, [...process.execArgv, script, url, method], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return Number(stdout.trim().split('\n').at(-1))
}
