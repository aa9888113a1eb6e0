// Runs the real Prisma CLI on this repository's prisma.config.ts.
import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { schemaEngineEnvironment } from '@prisma-vectorizer/schema-engine'
import { say } from './print.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Shows the command, and its output only if it fails. */
export async function prismaCommand(args: readonly string[], databaseUrl: string): Promise<void> {
  const started = performance.now()
  const child = spawn(process.execPath, [join(root, 'node_modules/prisma/build/index.js'), ...args], {
    cwd: root,
    env: {
      ...process.env,
      ...schemaEngineEnvironment(),
      DATABASE_URL: databaseUrl,
      // Prisma finds the generator's command on the PATH, where `npx` would put it.
      PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  if (code !== 0) {
    process.stderr.write(output)
    process.exit(code ?? 1)
  }
  say(`ran       prisma ${args.join(' ')} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
}
