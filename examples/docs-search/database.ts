// The database of the demo: the server of DATABASE_URL, or PGlite (PostgreSQL in WebAssembly) in a folder that stays,
// so that a second run has nothing left to embed.
import { join } from 'node:path'
import { startPgliteServer } from '../../test/support/pglite-server.ts'
import type { ChosenModel } from './choose-model.ts'
import { root } from './prisma-command.ts'

export interface DemoDatabase extends AsyncDisposable {
  readonly url: string
  readonly description: string
}

export async function openDatabase(model: ChosenModel): Promise<DemoDatabase> {
  const url = process.env['DATABASE_URL']
  if (url) return { url, description: 'the server of DATABASE_URL', [Symbol.asyncDispose]: async () => {} }
  const folder = join('.demo', model.name.replace(/\W+/gu, '-'))
  const server = await startPgliteServer({ dataDir: join(root, folder) })
  return {
    url: server.url,
    description: `PGlite in ${folder} (delete the folder to start afresh)`,
    [Symbol.asyncDispose]: () => server.close(),
  }
}
