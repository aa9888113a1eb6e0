// Texts longer than an OpenAI model reads: it refuses them, so they are cut before they are sent.
import { byteLength, type Embedder, type EmbeddingModelLike } from '@prisma-vectorizer/spec'
import { cutText, type Tokenizer } from './cut-text.ts'
import { importFirst } from './provider-package.ts'

/** Something an application may want to know; nothing has failed. */
export interface EmbedderWarning {
  /** `"provider/model"`. */
  readonly model: string
  readonly message: string
}

const tokenizerModule = 'gpt-tokenizer/encoding/cl100k_base'
const models = /(^|\/)text-embedding-(3-(small|large)|ada-002)$/
const tokenLimit = 8_191
/** About what English has; only decides whether a text may be too long when no tokenizer can tell. */
const bytesPerToken = 4

/**
 * The same embedder. For OpenAI's models, also behind proxies, texts over 8,191 tokens are cut where gpt-tokenizer is
 * installed in one of `folders`; only what is sent is cut. Says so once, or that the tokenizer is missing.
 */
export function sendingFittingTexts(
  embedder: Embedder,
  model: EmbeddingModelLike,
  folders: readonly string[],
  onWarning: (warning: EmbedderWarning) => void,
): Embedder {
  if (!models.test(model.modelId)) return embedder
  let tokenizer: Promise<Tokenizer | undefined> | undefined
  let warned = false

  function warn(message: string): void {
    if (!warned) onWarning({ model: embedder.name, message })
    warned = true
  }

  async function fitting(text: string): Promise<string> {
    // A token is at least one byte.
    const bytes = byteLength(text)
    if (bytes <= tokenLimit) return text
    tokenizer ??= loadTokenizer(folders)
    const present = await tokenizer
    if (present) {
      const cut = cutText(text, tokenLimit, present)
      if (cut.length < text.length) {
        warn(`Texts of more than ${tokenLimit} tokens are cut; chunk the field to embed all of them.`)
      }
      return cut
    }
    if (bytes > tokenLimit * bytesPerToken) {
      warn(
        `Texts of more than ${tokenLimit} tokens are refused; chunk the field, or \`npm i gpt-tokenizer\` to cut them.`,
      )
    }
    return text
  }

  return {
    name: embedder.name,
    async embed(texts, options) {
      const fit: string[] = []
      for (const text of texts) fit.push(await fitting(text))
      return embedder.embed(fit, options)
    },
  }
}

/** Undefined where it is not installed, or not a version with that encoding. */
async function loadTokenizer(folders: readonly string[]): Promise<Tokenizer | undefined> {
  const module = await importFirst(folders, tokenizerModule).catch(() => undefined)
  return typeof module?.['isWithinTokenLimit'] === 'function' ? (module as unknown as Tokenizer) : undefined
}
