// How a chunk's text is compared without being sent: by its hash, on both sides.
import { createHash } from 'node:crypto'
import { quoteIdentifier, storeColumns } from '@prisma-vectorizer/spec'

/** Of the chunk of the row `store`. Not md5(), which servers in FIPS mode refuse. */
export const chunkHashSql = `encode(sha256(convert_to(store.${quoteIdentifier(storeColumns.chunk)}, 'UTF8')), 'hex')`

/** The same of `text`, which must be storable: half a surrogate pair has another UTF-8 form in each language. */
export const chunkHash = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')
