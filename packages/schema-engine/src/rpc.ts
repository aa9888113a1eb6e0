// JSON-RPC 2.0, one object per line: requests on standard input; answers and requests of ours on standard output.
import { createInterface } from 'node:readline'
import type { Engine, RequestParameters } from './engine.ts'
import { asDriverError, EngineError, rpcError } from './errors.ts'
import { log } from './log.ts'
import { panicMessage } from './panic.ts'

type Id = number | string

interface Message {
  readonly id: Id
  /** Absent in an answer to a request of ours. */
  readonly method?: string
  readonly params?: RequestParameters
}

const panicExitCode = 101

/** Serves requests one after the other until standard input ends. */
export function serve(engine: Engine): void {
  let current: Id | undefined
  let queue = Promise.resolve()
  let printed = 0
  const awaitingAnswer = new Map<Id, () => void>()

  async function answer({ id, method = '', params = {} }: Message): Promise<void> {
    current = id
    try {
      const result = await engine.call(method, params)
      send({ id, result: method === 'diff' ? await printDiff(result) : (result ?? {}) })
    } catch (error) {
      if (panicMessage() !== undefined) return endAfterPanic(error)
      send({ id, error: rpcError(asEngineError(error)) })
    }
    current = undefined
  }

  /** The CLI prints a diff on request, and takes the answer for its exit code alone. */
  async function printDiff(result: unknown): Promise<unknown> {
    const { exitCode, stdout } = result as { readonly exitCode: number; readonly stdout: string | null }
    if (stdout !== null) {
      printed += 1
      const id = `print-${printed}`
      const answered = new Promise<void>((resolve) => awaitingAnswer.set(id, resolve))
      send({ id, method: 'print', params: { content: stdout } })
      await answered
    }
    return { exitCode, stdout: null }
  }

  // The engine resumes its work in a task of its own, from where a panic, or a request it cannot read, comes out as an
  // uncaught exception and the promise of the request stays pending.
  function endAfterPanic(error: unknown): void {
    const message = panicMessage() ?? asDriverError(error).message
    const backtrace = error instanceof Error ? error.stack : undefined
    log('ERROR', { is_panic: true, message, backtrace })
    const ended = () => engine.abort().finally(() => process.exit(panicExitCode))
    if (current === undefined) ended()
    else send({ id: current, error: rpcError({ message, backtrace: backtrace ?? '' }) }, ended)
  }
  process.on('uncaughtException', endAfterPanic)

  for (const [signal, number] of [
    ['SIGTERM', 15],
    ['SIGINT', 2],
  ] as const) {
    process.once(signal, () => {
      // The CLI takes the exit code 0 in the middle of a request for success.
      const code = current === undefined ? 0 : 128 + number
      engine.abort().finally(() => process.exit(code))
    })
  }

  const lines = createInterface({ input: process.stdin })
  lines.on('line', (line) => {
    if (line.trim() === '') return
    const message: Message = JSON.parse(line)
    if (message.method !== undefined) queue = queue.then(() => answer(message))
    else awaitingAnswer.get(message.id)?.()
  })
  // Nobody is left to answer; the process ends when the requests at hand have.
  lines.on('close', () => {
    for (const resolve of awaitingAnswer.values()) resolve()
  })
}

function send(message: object, sent?: () => void): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`, sent)
}

function asEngineError(error: unknown): EngineError {
  return error instanceof EngineError ? error : new EngineError(asDriverError(error).message, { cause: error })
}
