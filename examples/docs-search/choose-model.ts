// Which model embeds: local/hash unless the environment offers a real one. The stored vectors and the questions must
// come from one model, so the choice also names the data folder.
import { resolveEmbedder } from '@prisma-vectorizer/embedders'
import type { EmbedderResolver } from '@prisma-vectorizer/spec'

export interface ChosenModel {
  /** `"provider/model"`. */
  readonly name: string
  readonly description: string
  readonly embedder: EmbedderResolver
}

export function chooseModel(environment = process.env): ChosenModel {
  const name =
    environment['EMBEDDING_MODEL'] || (environment['OPENAI_API_KEY'] ? 'openai/text-embedding-3-small' : 'local/hash')
  return {
    name,
    description:
      name === 'local/hash'
        ? 'local/hash: matches words and parts of words, not meaning (set OPENAI_API_KEY or EMBEDDING_MODEL=ollama/nomic-embed-text for that)'
        : name,
    embedder: (spec) => resolveEmbedder({ ...spec, model: name }),
  }
}
