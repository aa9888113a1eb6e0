// What the chunking arguments must agree on, so that the worker never meets a contradiction (VZ107).
import {
  type ChunkingSpec,
  defaultCharacterChunking,
  defaultMarkdownChunking,
  defaultRecursiveChunking,
  defaultSentenceChunking,
  defaultTokensChunking,
} from '@prisma-vectorizer/spec'
import type { AnnotationText } from '../read/scan-annotations.ts'
import { fault } from './fault.ts'

const defaults = {
  recursive: defaultRecursiveChunking,
  character: defaultCharacterChunking,
  sentence: defaultSentenceChunking,
  tokens: defaultTokensChunking,
  markdown: defaultMarkdownChunking,
}

/** `offset` of the argument; `place`: `BlogPost.content`, for messages. */
export function checkChunking(
  annotation: AnnotationText,
  chunking: ChunkingSpec,
  offset: number | undefined,
  place: string,
): void {
  if (chunking.kind === 'none' || chunking.kind === 'custom') return
  const fail = (fact: string, why: string, fix: string) =>
    fault('VZ107', annotation, offset, { fact: `${place}: ${fact}`, why, fix })

  if (chunking.overlap >= chunking.size) {
    throw fail(
      `chunks of ${chunking.size} ${chunking.kind === 'tokens' ? 'tokens' : 'code points'} cannot overlap by ${chunking.overlap}.`,
      `A chunk that repeats the whole one before it would never move on. \`overlap\` is ${defaults[chunking.kind].overlap} unless given.`,
      `Write e.g. \`${chunking.kind}(size: ${chunking.size}, overlap: ${Math.floor(chunking.size / 4)})\`.`,
    )
  }
  if ((chunking.kind !== 'recursive' && chunking.kind !== 'character') || !chunking.regex) return
  for (const separator of chunking.kind === 'recursive' ? chunking.separators : [chunking.separator]) {
    try {
      new RegExp(separator, 'u')
    } catch (error) {
      throw fail(
        `the separator ${JSON.stringify(separator)} is not a regular expression of JavaScript.`,
        error instanceof Error ? error.message : String(error),
        'Python-only syntax such as (?P<name>…) or \\Z has no counterpart: rewrite it, or drop `regex: true`.',
      )
    }
  }
}
