// Workers in processes of their own.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { FakeProvider } from './fake-provider.ts'

export interface DrainProcessOptions extends FakeProvider {
  readonly url: string
  readonly batchSize?: number
  readonly concurrency?: number
}

export interface Drained {
  readonly embedded: number
  /** Peak of the process's resident memory, in bytes. */
  readonly peak: number
}

export interface DrainProcess {
  /** Drains what is queued; the process then ends by itself. */
  drain(): Promise<Drained>
  readonly ended: Promise<unknown>
}

const script = fileURLToPath(new URL('./drain-child.ts', import.meta.url))

/** Resolves when it is connected to its database: what follows is work. `execArgv`: Node's options beside our own. */
export async function startDrainProcess(
  options: DrainProcessOptions,
  execArgv: readonly string[] = [],
): Promise<DrainProcess> {
  const child = fork(script, [JSON.stringify(options)], { execArgv: [...process.execArgv, ...execArgv] })
  const ended = once(child, 'exit')
  await message(child)
  return {
    drain() {
      const answer = message<Drained>(child)
      child.send('drain')
      return answer
    },
    ended,
  }
}

async function message<T>(child: ChildProcess): Promise<T> {
  const listening = new AbortController()
  const { signal } = listening
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`The worker's process ended with ${code}.`)
  })
  try {
    const [answer] = await Promise.race([once(child, 'message', { signal }), ended])
    return answer as T
  } finally {
    ended.catch(() => {})
    listening.abort()
  }
}
