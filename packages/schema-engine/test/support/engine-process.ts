// The engine as the CLI starts it: a process that answers lines with lines.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Datasource } from '../../src/arguments.ts'

const program = fileURLToPath(new URL('../../bin/schema-engine.js', import.meta.url))

/** Anything an answer may hold; a wrong guess fails the assertion on it. */
export interface EngineAnswer {
  readonly id: number
  readonly result?: unknown
  readonly error?: { readonly data: Readonly<Record<string, unknown>> }
}

export interface EngineProcess {
  /** Sends a request and waits for the next line. */
  request(method: string, params: object): Promise<EngineAnswer>
  endInput(): void
  kill(signal: NodeJS.Signals): void
  /** The exit code, and everything written to standard error. */
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>
}

export function startEngine(datasource: Datasource, command: readonly string[] = []): EngineProcess {
  const child = spawn(process.execPath, [program, '--datasource', JSON.stringify(datasource), ...command])
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = Promise.all([once(child, 'close'), text(child.stderr)]).then(([[code], stderr]) => ({ code, stderr }))
  let requests = 0
  return {
    request: async (method, params) => {
      requests += 1
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: requests, method, params })}\n`)
      const { value } = await lines.next()
      return JSON.parse(value)
    },
    endInput: () => child.stdin.end(),
    kill: (signal) => child.kill(signal),
    ended,
  }
}
