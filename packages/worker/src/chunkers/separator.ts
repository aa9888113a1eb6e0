// One separator, compiled once: does it occur in a text, and what are the parts of the text between its occurrences?
import { VectorizerError } from '@prisma-vectorizer/spec'

export interface Separator {
  /** As configured. LangChain joins parts with this text even where it is a regular expression. */
  readonly text: string
  occursIn(text: string): boolean
  /** Non-empty parts. With `keep` a separator starts the part behind it, else it is dropped. */
  cut(text: string, keep: boolean): string[]
}

/** Throws VZ107 when `regex` is set and `text` is no regular expression of JavaScript. */
export function compileSeparator(text: string, regex: boolean): Separator {
  if (text === '') return { text, occursIn: () => true, cut: (whole) => [...whole] }
  return regex ? patternSeparator(text) : literalSeparator(text)
}

function literalSeparator(text: string): Separator {
  return {
    text,
    occursIn: (whole) => whole.includes(text),
    cut(whole, keep) {
      const parts = whole.split(text)
      if (keep) for (let index = 1; index < parts.length; index++) parts[index] = text + parts[index]
      return parts.filter((part) => part !== '')
    },
  }
}

function patternSeparator(text: string): Separator {
  const found = compile(text, 'u')
  const all = compile(text, 'gu')
  const captured = compile(`(${text})`, 'gu')
  return {
    text,
    occursIn: (whole) => found.test(whole),
    cut(whole, keep) {
      if (!keep) return splitLikePython(whole, all).filter((part) => part !== '')
      const pieces = splitLikePython(whole, captured)
      const parts = [pieces[0] ?? '']
      // Pairs of separator and text. A capture group of the user's shifts the pairs, in LangChain as here.
      for (let index = 1; index < pieces.length; index += 2)
        parts.push((pieces[index] ?? '') + (pieces[index + 1] ?? ''))
      return parts.filter((part) => part !== '')
    },
  }
}

/** `re.split`: what capture groups matched is part of the result. */
function splitLikePython(text: string, pattern: RegExp): string[] {
  const pieces: string[] = []
  let last = 0
  for (const match of text.matchAll(pattern)) {
    pieces.push(text.slice(last, match.index))
    for (const group of match.slice(1)) pieces.push(group ?? '')
    last = match.index + match[0].length
  }
  pieces.push(text.slice(last))
  return pieces
}

function compile(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags)
  } catch (cause) {
    throw new VectorizerError('VZ107', {
      fact: `The separator ${JSON.stringify(pattern)} is not a regular expression.`,
      why: cause instanceof Error ? cause.message : undefined,
      fix: 'Write it as JavaScript does, or set `regex: false`.',
      cause,
    })
  }
}
