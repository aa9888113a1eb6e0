// Documents that cannot become text, as coded errors.
import { VectorizerError } from '@prisma-vectorizer/spec'
import { reasonOf } from '../load/refusals.ts'

const ownParser = 'Convert it to PDF, DOCX, EPUB, HTML, Markdown or text, or read it with `parse`.'

export function broken(shown: string, kind: string, cause: unknown): VectorizerError {
  return new VectorizerError('VZ604', {
    fact: `${shown} cannot be read as ${kind}: ${reasonOf(cause)}`,
    fix: 'Check that the document opens elsewhere, and that `parsing` names what it is.',
    cause,
  })
}

export function encrypted(shown: string, how: string, cause?: unknown): VectorizerError {
  return new VectorizerError('VZ604', {
    fact: `${shown} is encrypted: ${how}.`,
    fix: 'Store it without a password.',
    cause,
  })
}

export function unknownKind(shown: string, kind: string | undefined): VectorizerError {
  return new VectorizerError('VZ605', {
    fact: kind ? `${shown} is of the kind ${kind}, which is not read here.` : `${shown} is of no kind that is known.`,
    fix: ownParser,
  })
}

export function noText(shown: string, kind: 'PDF' | 'EPUB'): VectorizerError {
  return new VectorizerError('VZ605', {
    fact: `${shown} is a ${kind} without a text layer: its pages are images.`,
    why: 'Nothing here recognises text in images (OCR).',
    fix: 'Run OCR over it before it is stored, or read it with `parse`.',
  })
}

/** For `??`: throws VZ604. */
export function textIn(shown: string): never {
  throw new VectorizerError('VZ604', {
    fact: `${shown} is not UTF-8 text, and nothing says which charset it has.`,
    fix: 'Store it as UTF-8, or serve it with its charset: `text/plain; charset=windows-1252`.',
  })
}
