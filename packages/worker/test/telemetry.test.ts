// Traces and metrics, as the SDKs of OpenTelemetry and a scrape of Prometheus see them.
import { metrics, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Worker } from '../src/index.ts'
import { createQueueDepth } from '../src/telemetry/queue-depth.ts'
import { type Blog, openBlog } from './support/blog.ts'
import { always, fakeEmbedder, providerError, recordingLogger, refusing } from './support/fake-embedders.ts'

const spans = new InMemorySpanExporter()
const reader = new PeriodicExportingMetricReader({
  exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
  exportIntervalMillis: 1e6,
  exportTimeoutMillis: 1e6,
})

let blog: Blog
beforeAll(async () => {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }))
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
  blog = await openBlog()
})
afterAll(async () => {
  trace.disable()
  metrics.disable()
  await reader.shutdown()
  await blog[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await blog.query(`TRUNCATE "BlogPost" RESTART IDENTITY CASCADE; TRUNCATE vectorizer."BlogPost_embedding_store_queue"`)
  spans.reset()
})

/** Finished spans by name. */
const named = (name: string) => spans.getFinishedSpans().filter((span) => span.name === name)

const label = 'BlogPost.contentEmbeddings'

test('a batch is a span, with its steps and the calls of its provider below it', async () => {
  await blog.insert(['One.', 'Two.'])
  const worker = blog.worker()
  await worker.drain()
  await worker.stop()
  const [batch, ...others] = named('vectorizer.batch')
  expect(others).toEqual([])
  expect(batch?.attributes).toEqual({
    'vectorizer.name': label,
    'vectorizer.rows.claimed': 2,
    'vectorizer.rows.embedded': 2,
    'vectorizer.rows.removed': 0,
    'vectorizer.rows.failed': 0,
    'vectorizer.rows.returned': 0,
    'vectorizer.chunks.written': 2,
    'vectorizer.chunks.reused': 0,
  })
  expect(batch?.status.code).toBe(SpanStatusCode.UNSET)
  const below = spans
    .getFinishedSpans()
    .filter((span) => span.parentSpanContext?.spanId === batch?.spanContext().spanId)
  expect(below.map(({ name }) => name).sort()).toEqual([
    'embeddings good',
    'vectorizer.claim',
    'vectorizer.load',
    'vectorizer.write',
  ])
  const [call] = named('embeddings good')
  expect(call?.kind).toBe(SpanKind.CLIENT)
  expect(call?.attributes).toEqual({
    'gen_ai.operation.name': 'embeddings',
    'gen_ai.provider.name': 'fake',
    'gen_ai.request.model': 'good',
    'gen_ai.embeddings.dimension.count': 8,
    'gen_ai.usage.input_tokens': 2,
    'vectorizer.texts': 2,
  })
})

test('an outage shows on the call and on the batch, without what the provider said', async () => {
  await blog.insert(['The text.'])
  const down = fakeEmbedder((texts) => {
    throw Object.assign(providerError(401, false), { message: `no: ${texts}` })
  })
  const worker = blog.worker({ embedder: always(down) })
  await worker.drain()
  await worker.stop()
  for (const name of ['vectorizer.batch', 'embeddings good']) {
    expect(named(name)[0]).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'error.type': 'VZ405' },
    })
  }
  expect(
    JSON.stringify(spans.getFinishedSpans().map(({ attributes, events, status }) => [attributes, events, status])),
  ).not.toContain('The text')
})

test('an idle worker makes no spans', async () => {
  const worker = blog.worker()
  expect((await worker.processBatch(label)).claimed).toBe(0)
  await worker.stop()
  expect(spans.getFinishedSpans()).toEqual([])
})

/** Value of each metric by name and attributes. */
async function collected(): Promise<Record<string, unknown>> {
  const { resourceMetrics, errors } = await reader.collect()
  expect(errors).toEqual([])
  const points = resourceMetrics.scopeMetrics
    .flatMap((scope) => scope.metrics)
    .flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => {
        const { 'vectorizer.name': name, ...rest } = attributes
        expect(name).toBe(label)
        return [[descriptor.name, ...Object.values(rest)].join(' '), value]
      }),
    )
  return Object.fromEntries(points)
}

test('OpenTelemetry counts rows, chunks, tokens and failures, and measures batches and queues', async () => {
  const before = await collected()
  await blog.insert(['One.', 'poison', 'Two.'])
  const worker = blog.worker({ embedder: always(refusing('poison')), maxAttempts: 1 })
  await worker.drain()
  await blog.insert(['Three.'])
  const after = await collected()
  const added = (name: string) => Number(after[name]) - Number(before[name] ?? 0)
  expect(added('vectorizer.rows embedded')).toBe(2)
  expect(added('vectorizer.rows failed')).toBe(1)
  expect(added('vectorizer.chunks written')).toBe(2)
  expect(added('vectorizer.tokens fake/good')).toBeGreaterThanOrEqual(2)
  expect(added('vectorizer.failures embed VZ405')).toBe(1)
  expect(after).toMatchObject({ 'vectorizer.queue.pending': 1, 'vectorizer.queue.failed': 1 })
  expect(after['vectorizer.queue.oldest']).toBeGreaterThanOrEqual(0)
  expect(after['vectorizer.batch.duration']).toMatchObject({ count: expect.any(Number), min: expect.any(Number) })
  await worker.stop()
})

async function portOf(worker: Worker, lines: readonly string[]): Promise<number> {
  await worker.drain()
  return Number(/on port (\d+)/.exec(lines.join('\n'))?.[1])
}

test('Prometheus gets the same from /metrics', async () => {
  await blog.insert(['One.', 'poison', 'Two.'])
  const logger = recordingLogger()
  const options = { embedder: always(refusing('poison')), maxAttempts: 1, logger, health: { port: 0 } }
  const worker = blog.worker(options)
  const port = await portOf(worker, logger.lines)
  await blog.insert(['Three.'])
  const response = await fetch(`http://127.0.0.1:${port}/metrics`)
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4')
  const text = await response.text()
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      `vectorizer_rows_total{vectorizer="${label}",outcome="embedded"} 2`,
      `vectorizer_rows_total{vectorizer="${label}",outcome="failed"} 1`,
      `vectorizer_chunks_total{vectorizer="${label}",outcome="written"} 2`,
      `vectorizer_failures_total{vectorizer="${label}",step="embed",code="VZ405"} 1`,
      `vectorizer_batch_seconds_count{vectorizer="${label}"} 1`,
      `vectorizer_pending_rows{vectorizer="${label}"} 1`,
      `vectorizer_failed_rows{vectorizer="${label}"} 1`,
    ]),
  )
  expect(text).toMatch(/^vectorizer_oldest_pending_seconds\{.*\} \d/m)
  expect(text).toMatch(/^vectorizer_tokens_total\{.*model="fake\/good"\} \d/m)
  // Another worker of the process has metrics of its own.
  const second = recordingLogger()
  const other = blog.worker({ logger: second, health: { port: 0 } })
  const empty = await (await fetch(`http://127.0.0.1:${await portOf(other, second.lines)}/metrics`)).text()
  expect(empty).toContain(`vectorizer_rows_total{vectorizer="${label}",outcome="embedded"} 1\n`)
  await worker.stop()
  await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow()
})

test('queues are counted every few seconds at most, and a database that is away leaves gauges without value', async () => {
  let now = 0
  let counts = 0
  const depth = createQueueDepth(
    async () => {
      counts++
      if (counts === 2) throw new Error('away')
      return await blog.worker().status({ stores: false })
    },
    () => now,
  )
  expect(await Promise.all([depth(), depth()])).toMatchObject([[{ name: label }], [{ name: label }]])
  now = 4_999
  await depth()
  expect(counts).toBe(1)
  now = 5_000
  expect(await depth()).toEqual([])
  expect(counts).toBe(2)
})
