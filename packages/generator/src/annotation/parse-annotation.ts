// Annotation text → syntax tree, with a mistake reported at its file, line and column (VZ101).
import { VectorizerError } from '@prisma-vectorizer/spec'
import type { AnnotationText } from '../read/scan-annotations.ts'
import { SyntaxError as GrammarError, parse } from './grammar.js'
import type { ArgumentNode } from './syntax.ts'

/** The arguments in the order written. Throws VZ101 at the first character that does not fit. */
export function parseAnnotation(annotation: AnnotationText): readonly ArgumentNode[] {
  try {
    return parse(annotation.text).args
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error
    const { offset } = error.location.start
    throw new VectorizerError('VZ101', {
      fact: `${placeOf(annotation)}: the annotation stops making sense at ${found(error.found)}.`,
      why: `Expected ${expectation(error)}.`,
      fix: fixFor(annotation, offset, error.found),
      ...annotation.at(offset),
    })
  }
}

/** `BlogPost.content` or `BlogPost`. */
export const placeOf = (annotation: Pick<AnnotationText, 'model' | 'field'>): string =>
  annotation.field === null ? annotation.model : `${annotation.model}.${annotation.field}`

function fixFor({ kind, text }: AnnotationText, offset: number, found: string | null): string {
  if (found === "'") return 'Put strings in double quotes.'
  if (/\bwhere\s*:[^,]*$/u.test(text.slice(0, offset))) {
    return 'Write a condition, e.g. where: published = true and (views > 10 or lang in ["en", "de"]).'
  }
  return `Write it like Prisma arguments, e.g. /// ${
    kind === 'vector' ? '@vector(index: hnsw(m: 16))' : '@vectorizer(dimensions: 768, chunking: recursive(size: 800))'
  }.`
}

const found = (text: string | null): string => (text === null ? 'its end' : `\`${text}\``)

/** peggy lists every terminal it tried; white space and the characters of a name or string only make that list longer. */
function expectation({ expected }: GrammarError): string {
  const words = (expected ?? [])
    .map((item) => item.description ?? item.text)
    .filter((word): word is string => word !== undefined && word !== 'white space' && word !== 'character')
    .map((word) => (/^\W$/u.test(word) ? `\`${word}\`` : word))
  return [...new Set(words)].slice(0, 6).join(', ') || 'something else'
}
