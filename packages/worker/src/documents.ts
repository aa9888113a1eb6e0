// What reads documents: the application's own reader, or @prisma-vectorizer/documents, loaded when the first is met.
import type { DocumentReaderOptions } from '@prisma-vectorizer/documents'
import { type DocumentReader, VectorizerError } from '@prisma-vectorizer/spec'

/** A reader, or what `createDocumentReader` of @prisma-vectorizer/documents takes. Default: nothing may be loaded. */
export type DocumentsOption = DocumentReader | DocumentReaderOptions

const isReader = (option: DocumentsOption): option is DocumentReader => 'load' in option && 'parse' in option

/** Opens the reader once; after a failure again, since the package may be installed meanwhile. Rejects with VZ510. */
export function openingDocuments(option: DocumentsOption = {}): () => Promise<DocumentReader> {
  let opened: Promise<DocumentReader> | undefined
  return async () => {
    opened ??= open(option)
    try {
      return await opened
    } catch (error) {
      opened = undefined
      throw error
    }
  }
}

async function open(option: DocumentsOption): Promise<DocumentReader> {
  if (isReader(option)) return option
  const documents = await import('@prisma-vectorizer/documents').catch((cause: unknown) => {
    throw new VectorizerError('VZ510', {
      fact: 'A vectorizer has documents, and @prisma-vectorizer/documents cannot be loaded.',
      why: 'Reading PDF, Word and the like takes libraries that a worker for text does not need. The rows stay queued.',
      fix: 'Run `npm install @prisma-vectorizer/documents`, or give the worker a reader of your own as `documents`.',
      cause,
    })
  })
  return documents.createDocumentReader(option)
}
