// The embeddings endpoint of OpenAI on a free port, answering what a test wants.
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What was received: the body's own properties beside these. */
export interface EmbeddingRequest {
  readonly path: string
  readonly authorization: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly model: string
  readonly input: readonly string[]
  readonly dimensions?: number
}

export interface EmbeddingAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

/** A right answer: one vector per text, of the size asked for. */
export function rightAnswer(request: EmbeddingRequest): EmbeddingAnswer {
  const embedding = Array(request.dimensions ?? 4).fill(0.5)
  return { body: { data: request.input.map(() => ({ embedding })), usage: { prompt_tokens: 1, total_tokens: 1 } } }
}

/** `answers` are given in order, the last one for ever. */
export async function embeddingServer(...answers: ((request: EmbeddingRequest) => EmbeddingAnswer)[]) {
  const requests: EmbeddingRequest[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const part of request) text += part
    const { url: path, headers } = request
    const received = { path, headers, authorization: headers.authorization, ...JSON.parse(text) }
    requests.push(received)
    const answer = answers[Math.min(requests.length, answers.length) - 1] ?? rightAnswer
    const { status = 200, headers: more = {}, body } = answer(received)
    response.writeHead(status, { 'content-type': 'application/json', ...more }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    requests,
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
