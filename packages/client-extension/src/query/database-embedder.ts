// A query's text embedded by pgai's functions inside the database, where the API keys then stay.
import {
  type Embedder,
  embedderFromModel,
  type Row,
  type SqlQuery,
  VectorizerError,
  type VectorizerSpec,
} from '@prisma-vectorizer/spec'
import { type PgaiCall, pgaiCall } from './pgai-functions.ts'
import { storable } from './storable-text.ts'

/** Runs a SELECT on the caller's connection, inside their transaction if they are in one. */
type Run = (query: SqlQuery) => PromiseLike<readonly Readonly<Row>[]>

type EmbeddedSpec = Pick<VectorizerSpec, 'model' | 'dimensions' | 'source'>

/**
 * The embedder whose texts pgai embeds, by the function of the model's provider:
 *
 * ```sql
 * select ai.openai_embed($1::text, $2::text, dimensions => 768)::text as vector_0
 * ```
 *
 * One statement for all texts, run by `run`. For queries only: the functions of Cohere and Voyage are asked for the
 * vector of a query.
 *
 * Throws VZ304 where pgai has no function for the model. `embed` rejects with VZ307 where the database lacks the
 * function, VZ403 or VZ404 where what it answers is no vector of the store; what the function raises passes through.
 */
export function createDatabaseEmbedder(spec: EmbeddedSpec, run: Run): Embedder {
  const call = pgaiCall(spec)
  // As a model, so that what the function answers is checked as any model's answer is.
  const model = {
    provider: 'pgai',
    modelId: call.model,
    maxEmbeddingsPerCall: undefined,
    supportsParallelCalls: false,
    async doEmbed({ values }: { values: readonly string[] }) {
      try {
        const [row = {}] = await run(embedQuery(call, values))
        return { embeddings: values.flatMap((_, index) => readVector(row[`vector_${index}`])) }
      } catch (error) {
        throw explained(error, call.name, spec)
      }
    },
  }
  return embedderFromModel(model, { dimensions: spec.dimensions, name: `${call.name} in the database` })
}

function embedQuery({ model, text }: PgaiCall, texts: readonly string[]): SqlQuery {
  const columns = texts.map((_, index) => `${text(index + 2)}::text as vector_${index}`)
  return { text: `select ${columns.join(', ')}`, values: [model, ...texts.map((text) => storable(text))] }
}

/** No vector for NULL, which a function answers with when its provider sent none. */
const readVector = (text: unknown): number[][] => (typeof text === 'string' ? [JSON.parse(text)] : [])

const missing = /(function|schema) "?ai\b.* does not exist/
const denied = /permission denied for (schema ai\b|function \w+_embed)/

/** VZ307 where the function is missing or refused, else the error as it is. */
function explained(error: unknown, name: string, { source }: EmbeddedSpec): unknown {
  const message = error instanceof Error ? error.message : ''
  const field = `${source.model}.${source.text.field}`
  if (missing.test(message)) {
    return new VectorizerError('VZ307', {
      fact: `${field}: the database has no function ${name}, which should embed the query.`,
      why: 'It belongs to the extension `ai` of pgai, which needs PL/Python on the server.',
      fix: 'Run `CREATE EXTENSION ai CASCADE` or update it, or leave out `embedInDatabase` and pass `models`.',
      cause: error,
    })
  }
  if (!denied.test(message)) return error
  return new VectorizerError('VZ307', {
    fact: `${field}: this database role may not call ${name}, which should embed the query.`,
    fix: "Run `SELECT ai.grant_ai_usage('role')` with its name, as the owner of pgai.",
    cause: error,
  })
}
