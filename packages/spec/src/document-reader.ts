// Documents to text, by shape: the worker asks, @prisma-vectorizer/documents or an application's own answers.
import type { Parsing } from './vectorizer-spec.ts'

export interface LoadedDocument {
  readonly bytes: Uint8Array
  /** Last part of its address, for the extension: `manual.pdf`. */
  readonly name?: string | undefined
  /** As its server says: `text/html; charset=utf-8`. */
  readonly mediaType?: string | undefined
}

export interface DocumentReader {
  /** The document at `uri`. Throws VZ601 to VZ603. */
  load(uri: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<LoadedDocument>
  /** Its text, headings and tables as Markdown. Throws VZ603 to VZ605. */
  parse(
    document: LoadedDocument,
    parsing: Parsing,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<string>
}
