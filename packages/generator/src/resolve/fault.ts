// An error about an annotation, with the place of the argument at fault.
import { type ErrorCode, VectorizerError } from '@prisma-vectorizer/spec'
import type { AnnotationText } from '../read/scan-annotations.ts'

/** `offset` of the argument in the annotation; undefined points at the annotation itself. */
export const fault = (
  code: ErrorCode,
  annotation: AnnotationText,
  offset: number | undefined,
  message: { readonly fact: string; readonly why?: string; readonly fix?: string },
): VectorizerError => new VectorizerError(code, { ...message, ...annotation.at(offset ?? 0) })
