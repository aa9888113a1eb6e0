// Every name under which the worker shows itself to OpenTelemetry and to Prometheus. Dashboards and alerts are built on
// them: a change of one breaks those.

/** Of the tracer and the meter. */
export const scope = '@prisma-vectorizer/worker'

/** The call of the provider is named as the conventions for generative AI have it: `embeddings <model>`. */
export const spans = {
  batch: 'vectorizer.batch',
  claim: 'vectorizer.claim',
  load: 'vectorizer.load',
  write: 'vectorizer.write',
} as const

/** Attributes of spans and metrics. Never the text or the key of a row. */
export const attributes = {
  /** `BlogPost.contentEmbeddings`. */
  vectorizer: 'vectorizer.name',
  model: 'gen_ai.request.model',
  outcome: 'vectorizer.outcome',
  step: 'vectorizer.step',
  code: 'error.type',
  claimed: 'vectorizer.rows.claimed',
  embedded: 'vectorizer.rows.embedded',
  removed: 'vectorizer.rows.removed',
  failed: 'vectorizer.rows.failed',
  returned: 'vectorizer.rows.returned',
  written: 'vectorizer.chunks.written',
  reused: 'vectorizer.chunks.reused',
  texts: 'vectorizer.texts',
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  dimensions: 'gen_ai.embeddings.dimension.count',
  inputTokens: 'gen_ai.usage.input_tokens',
} as const

export const instruments = {
  rows: 'vectorizer.rows',
  chunks: 'vectorizer.chunks',
  tokens: 'vectorizer.tokens',
  failures: 'vectorizer.failures',
  outages: 'vectorizer.outages',
  batchDuration: 'vectorizer.batch.duration',
  pending: 'vectorizer.queue.pending',
  failedRows: 'vectorizer.queue.failed',
  oldest: 'vectorizer.queue.oldest',
} as const

/** Prometheus wants underscores, base units and `_total`. */
export const prometheusNames = {
  rows: 'vectorizer_rows_total',
  chunks: 'vectorizer_chunks_total',
  tokens: 'vectorizer_tokens_total',
  failures: 'vectorizer_failures_total',
  outages: 'vectorizer_outages_total',
  batchSeconds: 'vectorizer_batch_seconds',
  stepSeconds: 'vectorizer_step_seconds_total',
  pending: 'vectorizer_pending_rows',
  failedRows: 'vectorizer_failed_rows',
  oldest: 'vectorizer_oldest_pending_seconds',
} as const

/** Upper bounds of the buckets of a batch's seconds: from a local model to a provider that thinks for a minute. */
export const batchBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

const providerNames: Readonly<Record<string, string>> = {
  azure: 'azure.ai.openai',
  bedrock: 'aws.bedrock',
  google: 'gcp.gemini',
  mistral: 'mistral_ai',
  vertex: 'gcp.vertex_ai',
}

/** `openai/text-embedding-3-small` → provider and model, the provider as the conventions spell it. */
export function modelNames(name: string): { readonly provider: string; readonly model: string } {
  const slash = name.indexOf('/')
  if (slash === -1) return { provider: name, model: name }
  const provider = name.slice(0, slash)
  return { provider: providerNames[provider] ?? provider, model: name.slice(slash + 1) }
}
