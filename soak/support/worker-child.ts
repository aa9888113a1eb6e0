// Starts a worker process of the soak, and waits for its end.
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Report } from './worker-settings.ts'

export interface WorkerChild {
  readonly process: ChildProcess
  /** `application_name` of its connections. */
  readonly name: string
  readonly ready: Promise<void>
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>
  /** The end of what it wrote to stderr. */
  lastWords(): string
}

export interface WorkerChildOptions {
  readonly url: string
  /** Tells the processes of one run apart. */
  readonly part: number
  readonly seed: number
  readonly startedAt: number
  /** With a provider that refuses poison and nothing else. */
  readonly healthy: boolean
  readonly onReport: (report: Report) => void
}

const script = fileURLToPath(new URL('worker-process.ts', import.meta.url))

export function startWorkerChild(options: WorkerChildOptions): WorkerChild {
  const name = `soak worker ${options.part}`
  const url = new URL(options.url)
  url.searchParams.set('application_name', name)
  const child = spawn(process.execPath, ['--conditions=@prisma-vectorizer/source', '--import', 'tsx', script], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      DATABASE_URL: url.toString(),
      SOAK_SEED: String(options.seed),
      SOAK_PART: String(options.part),
      SOAK_STARTED: String(options.startedAt),
      SOAK_HEALTHY: options.healthy ? '1' : '0',
    },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  let lastWords = ''
  child.stderr?.setEncoding('utf8').on('data', (words: string) => {
    lastWords = (lastWords + words).slice(-4_000)
  })
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  const ready = new Promise<void>((resolve) => child.once('message', () => resolve()))
  child.on('message', (report) => options.onReport(report as Report))
  return { process: child, name, ready, exited, lastWords: () => lastWords }
}
