// What the chunking arguments must agree on, so that the worker never meets a contradiction (VZ107).
import { VectorizerError } from '@prisma-vectorizer/spec'
import type { AnnotationOptions } from '../annotation/read-arguments.ts'
import type { AnnotationText } from '../read/scan-annotations.ts'

export function checkChunking(
  annotation: AnnotationText,
  { chunking, offsets }: AnnotationOptions,
  place: string,
): void {
  if (chunking.kind === 'none') return
  const fail = (fact: string, why: string, fix: string) =>
    new VectorizerError('VZ107', { fact: `${place}: ${fact}`, why, fix, ...annotation.at(offsets['chunking'] ?? 0) })

  if (chunking.overlap >= chunking.size) {
    throw fail(
      `chunks of ${chunking.size} code points cannot overlap by ${chunking.overlap}.`,
      'A chunk that repeats the whole one before it would never move on. `overlap` is 400 unless given.',
      `Write e.g. \`${chunking.kind}(size: ${chunking.size}, overlap: ${Math.floor(chunking.size / 4)})\`.`,
    )
  }
  if (!chunking.regex) return
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
