// gpt-tokenizer, from the application that installed it.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type TokenEncoding, VectorizerError } from '@prisma-vectorizer/spec'
import type { TextLength } from './text-length.ts'

interface Encoding {
  countTokens(text: string, options: { readonly disallowedSpecial: ReadonlySet<string> }): number
}

/** The application's, then the one this package stands in (a hoisted install). */
const ownFolders = (): readonly string[] => [process.cwd(), dirname(fileURLToPath(import.meta.url))]

/**
 * How many tokens a text has. The package is looked for at once, and loaded (70 to 220 ms, 40 MB) when a text is first
 * counted. Throws VZ519 with the command to type.
 */
export function findTokenizer(encoding: TokenEncoding, folders: readonly string[] = ownFolders()): () => TextLength {
  for (const folder of folders) {
    const require = createRequire(join(folder, 'resolve.js'))
    const file = resolved(require, `gpt-tokenizer/encoding/${encoding}`)
    if (file === undefined) continue
    let count: TextLength | undefined
    return () => {
      count ??= counterOf(require(file) as Partial<Encoding>)
      return count
    }
  }
  throw unusable('is not installed')
}

/** Text that spells a special token, `<|endoftext|>`, is text: by default it would be an error. */
const asText = { disallowedSpecial: new Set<string>() }

function counterOf({ countTokens }: Partial<Encoding>): TextLength {
  if (typeof countTokens !== 'function') throw unusable('has no countTokens in the version installed')
  return (text) => countTokens(text, asText)
}

function resolved(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'MODULE_NOT_FOUND') return undefined
    if (code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw unusable('is of a version without this encoding')
    throw error
  }
}

const unusable = (fact: string) =>
  new VectorizerError('VZ519', {
    fact: `\`chunking: tokens(…)\` needs the package gpt-tokenizer, which ${fact}.`,
    why: 'It is optional: only chunks that are measured in tokens need it.',
    fix: 'npm i gpt-tokenizer@4',
  })
