// Spans: one per batch that has rows, with its steps and the calls of its provider below it.
import type { Context, Span } from '@opentelemetry/api'
import type { Embedder } from '@prisma-vectorizer/spec'
import { codeOf } from '../pipeline/failure.ts'
import type { BatchResult } from '../pipeline/process-batch.ts'
import type { Vectorizer } from '../vectorizer.ts'
import { attributes, modelNames, scope, spans } from './names.ts'
import type { OpenTelemetry } from './open-telemetry.ts'

export interface BatchTrace {
  claimed(rows: number): void
  /** The same embedder, whose calls have spans. */
  embedder(resolve: () => Promise<Embedder>): () => Promise<Embedder>
  end(result: BatchResult): void
  fail(error: unknown): void
}

/** Begins the trace of a batch that is about to claim. */
export type Tracing = (vectorizer: Vectorizer) => BatchTrace

const untraced: BatchTrace = { claimed() {}, embedder: (resolve) => resolve, end() {}, fail() {} }
export const noTracing: Tracing = () => untraced

export function createTracing(api: OpenTelemetry): Tracing {
  const { context, trace, SpanKind, SpanStatusCode } = api
  const tracer = trace.getTracer(scope)

  /** Without the error's message: whatever a provider or the database says stays in the log, which strips it. */
  function noteError(span: Span, error: unknown): void {
    span.setAttribute(attributes.code, codeOf(error))
    span.setStatus({ code: SpanStatusCode.ERROR })
  }

  function traced(embedder: Embedder, { spec }: Vectorizer, parent: Context): Embedder {
    const { provider, model } = modelNames(spec.model ?? embedder.name)
    return {
      ...embedder,
      async embed(texts, options) {
        const span = tracer.startSpan(
          `embeddings ${model}`,
          {
            kind: SpanKind.CLIENT,
            attributes: {
              [attributes.operation]: 'embeddings',
              [attributes.provider]: provider,
              [attributes.model]: model,
              [attributes.dimensions]: spec.dimensions,
              [attributes.texts]: texts.length,
            },
          },
          parent,
        )
        try {
          const answer = await context.with(trace.setSpan(parent, span), () => embedder.embed(texts, options))
          if (answer.tokens !== undefined) span.setAttribute(attributes.inputTokens, answer.tokens)
          return answer
        } catch (error) {
          noteError(span, error)
          throw error
        } finally {
          span.end()
        }
      },
    }
  }

  return (vectorizer) => {
    const startedAt = Date.now()
    const outer = context.active()
    let span: Span | undefined

    function begin(): Span {
      span ??= tracer.startSpan(
        spans.batch,
        { startTime: startedAt, attributes: { [attributes.vectorizer]: vectorizer.label } },
        outer,
      )
      return span
    }
    const below = () => trace.setSpan(outer, begin())

    /** A step is known when it is over. */
    function step(name: string, startTime: number, endTime: number): void {
      tracer.startSpan(name, { startTime }, below()).end(endTime)
    }

    return {
      claimed(rows) {
        if (rows > 0) begin().setAttribute(attributes.claimed, rows)
      },
      embedder: (resolve) => async () => traced(await resolve(), vectorizer, below()),
      end(result) {
        const { seconds, outage } = result
        if (result.claimed === 0 && !outage) return
        const endedAt = Date.now()
        const batch = begin()
        const claimedAt = startedAt + seconds.claim * 1_000
        step(spans.claim, startedAt, claimedAt)
        if (seconds.load > 0) step(spans.load, claimedAt, claimedAt + seconds.load * 1_000)
        if (seconds.write > 0) step(spans.write, endedAt - seconds.write * 1_000, endedAt)
        batch.setAttributes({
          [attributes.embedded]: result.embedded,
          [attributes.removed]: result.removed,
          [attributes.failed]: result.failed,
          [attributes.returned]: result.returned,
          [attributes.written]: result.chunks,
          [attributes.reused]: result.reused,
        })
        if (outage) noteError(batch, outage.error)
        batch.end(endedAt)
      },
      fail(error) {
        noteError(begin(), error)
        begin().end()
      },
    }
  }
}
