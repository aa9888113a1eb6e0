import { expect, test, vi } from 'vitest'
import { openingDocuments } from '../src/documents.ts'

// As where the optional package is not installed.
vi.mock('@prisma-vectorizer/documents', () => {
  throw Object.assign(new Error("Cannot find package '@prisma-vectorizer/documents'"), { code: 'ERR_MODULE_NOT_FOUND' })
})

test('without the package documents are refused with VZ510, and a reader of one’s own is not', async () => {
  await expect(openingDocuments({ roots: ['.'] })()).rejects.toThrow(
    'VZ510 A vectorizer has documents, and @prisma-vectorizer/documents cannot be loaded.',
  )
  const reader = { load: async () => ({ bytes: new Uint8Array() }), parse: async () => '' }
  expect(await openingDocuments(reader)()).toBe(reader)
})
