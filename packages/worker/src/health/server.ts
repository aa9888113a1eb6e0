// The small HTTP server for orchestrators and Prometheus: /healthz, /readyz, /metrics. It takes no input.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { VectorizerError } from '@prisma-vectorizer/spec'
import type { PrometheusMetrics } from '../telemetry/prometheus.ts'
import type { Pulse } from './pulse.ts'

export interface HealthOptions {
  /** 0 for any free one; the log names it. */
  readonly port: number
  /** Default `127.0.0.1`: metrics name tables. In a container `0.0.0.0`. */
  readonly host?: string | undefined
}

export interface HealthServer {
  readonly port: number
  close(): Promise<void>
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly type?: string
}

/** Throws VZ522 where the port is taken, or may not be opened. */
export async function startHealthServer(
  { port, host = '127.0.0.1' }: HealthOptions,
  pulse: Pulse,
  metrics: PrometheusMetrics,
): Promise<HealthServer> {
  const pages: Readonly<Record<string, () => Answer | Promise<Answer>>> = {
    '/healthz': () => (pulse.isAlive() ? ok : { status: 503, body: 'the loop has stopped turning\n' }),
    '/readyz': () => (pulse.isReady() ? ok : { status: 503, body: 'the database has not answered\n' }),
    '/metrics': async () => ({ status: 200, body: await metrics.text(), type: metrics.contentType }),
  }

  async function answer({ method, url = '/' }: IncomingMessage): Promise<Answer> {
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: 'GET only\n' }
    const path = url.split('?')[0] ?? ''
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined
    return page ? await page() : { status: 404, body: `${Object.keys(pages).join(' ')}\n` }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body, type = 'text/plain; charset=utf-8' } = await answer(request).catch(() => failed)
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
    response.end(request.method === 'HEAD' ? undefined : body)
  }

  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(unavailable(port, host, cause)))
    server.listen(port, host, resolve)
  })
  // Without a listener a failed connection could end the process.
  server.on('error', () => {})
  // Alone it keeps no process alive: one that has drained the queue may end.
  server.unref()
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const ok: Answer = { status: 200, body: 'ok\n' }
const failed: Answer = { status: 500, body: 'failed\n' }

function unavailable(port: number, host: string, cause: NodeJS.ErrnoException): VectorizerError {
  const isTaken = cause.code === 'EADDRINUSE'
  return new VectorizerError('VZ522', {
    fact: `The health server cannot listen on ${host}:${port}.`,
    why: isTaken ? 'Another process listens there, perhaps another worker.' : cause.message,
    fix: 'Choose another one: `--health-port`, PRISMA_VECTORIZER_HEALTH_PORT, or `health: { port }` of vectorizer.config.ts.',
    cause,
  })
}
