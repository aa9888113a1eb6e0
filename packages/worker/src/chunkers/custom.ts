// A splitter of the application's, and what it must give: chunks that can be stored.
import { nearestName, VectorizerError } from '@prisma-vectorizer/spec'
import { strip } from './whitespace.ts'

type Split = (text: string) => readonly string[] | Promise<readonly string[]>

/** One text → its chunks, in order: a function, or an object with `splitText`, as LangChain's splitters are. */
export type Splitter = Split | { readonly splitText: Split }

export type Splitters = Readonly<Record<string, Splitter>>

/**
 * The splitter called `name`. Chunks of white space are left out, the others kept as they are. Throws VZ519 when there is
 * none of that name; its promise rejects with VZ519 when the splitter fails or gives what is no list of storable texts.
 */
export function createCustomSplitter(name: string, splitters: Splitters): (text: string) => Promise<string[]> {
  const splitter = Object.hasOwn(splitters, name) ? splitters[name] : undefined
  if (!splitter) throw missing(name, Object.keys(splitters))
  const split: Split = typeof splitter === 'function' ? splitter : (text) => splitter.splitText(text)

  return async (text) => {
    let chunks: unknown
    try {
      chunks = await split(text)
    } catch (cause) {
      throw wrong(name, `failed: ${cause instanceof Error ? cause.message : String(cause)}`, cause)
    }
    if (!Array.isArray(chunks)) throw wrong(name, `gave ${kindOf(chunks)} instead of a list of strings.`)
    return chunks.filter((chunk, index) => strip(checked(chunk, index, name)) !== '')
  }
}

// ES2024, and in every Node we support; its types are not in the ES2023 library we compile against.
type WellFormed = string & { isWellFormed(): boolean }

function checked(chunk: unknown, index: number, name: string): string {
  if (typeof chunk !== 'string') throw wrong(name, `gave ${kindOf(chunk)} as chunk ${index}, not a string.`)
  if (chunk.includes('\0')) throw wrong(name, `gave a NUL in chunk ${index}, which PostgreSQL cannot store.`)
  if (!(chunk as WellFormed).isWellFormed()) throw wrong(name, `cut a character in half at chunk ${index}.`)
  return chunk
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

const wrong = (name: string, fact: string, cause?: unknown) =>
  new VectorizerError('VZ519', {
    fact: `The splitter \`${name}\` ${fact}`,
    fix: 'Make it a function from a text to an array of strings, or a promise of one.',
    cause,
  })

function missing(name: string, known: readonly string[]): VectorizerError {
  const nearest = nearestName(name, known)
  return new VectorizerError('VZ519', {
    fact: `The worker has no splitter \`${name}\`.`,
    why: known.length === 0 ? 'It was given none.' : `It was given: ${known.join(', ')}.`,
    fix:
      nearest === undefined
        ? `Pass it: \`createWorker({ splitters: { ${JSON.stringify(name)}: … } })\`, or \`splitters\` in vectorizer.config.ts.`
        : `Did you mean \`${nearest}\`?`,
  })
}
