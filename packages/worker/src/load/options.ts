// What a load can be told, and what holds when it is not (VZ306).
import { VectorizerError } from '@prisma-vectorizer/spec'
import type { DatabaseOption } from '../database/database-option.ts'
import type { LoadRow, LoadSubject } from './row-types.ts'

export interface LoadProgress {
  /** Stored so far. */
  readonly rows: number
  readonly seconds: number
  readonly rowsPerSecond: number
}

export interface LoadOptions<S extends LoadSubject = LoadSubject> {
  /** As the worker's option: a URL, a `pg` pool, PGlite, or any object with `query` and `transaction`. */
  readonly database: DatabaseOption | undefined
  /**
   * `manifest.vectorizers[0]` or `manifest.vectors[0]` of the generated module, which types the rows; or the name of one
   * in the database's registry: `'BlogPost.contentEmbeddings'`.
   */
  readonly vectorizer: S
  /** Pulled no faster than rows are stored. A row's vector may be reused as soon as the next row is asked for. */
  readonly rows: Iterable<LoadRow<S>> | AsyncIterable<LoadRow<S>>
  /** Rows of one transaction, 1 to 10000. Default 200. */
  readonly batchSize?: number | undefined
  /** Batches being stored at once, each on its own connection, while the next is collected. Default 2. */
  readonly concurrency?: number | undefined
  /**
   * What to do with a (key, chunkSeq) that is stored already; in a column, with a row that has a vector. `'update'`, the
   * default, replaces it; `'error'` refuses its batch.
   */
  readonly onConflict?: 'update' | 'error' | undefined
  /** Called after every batch that was stored. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined
  /** Aborted: no further row is pulled, batches on their way are finished, and the load rejects with VZ517. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The statement alone, without the checks, 20,000 rows × 768 on one machine of two idle cores, against one binary COPY: 200
 * rows, two at once 0.8; 500 rows 0.9; 50 rows 0.9; one at a time 1.1 to 1.5. More than two gain nothing there.
 */
const loadDefaults = { batchSize: 200, concurrency: 2, onConflict: 'update' } as const

export interface LoadSettings {
  readonly batchSize: number
  readonly concurrency: number
  readonly onConflict: 'update' | 'error'
}

/** Throws VZ306. */
export function loadSettings(options: LoadOptions): LoadSettings {
  const { batchSize, concurrency, onConflict } = loadDefaults
  const settings = {
    batchSize: options.batchSize ?? batchSize,
    concurrency: options.concurrency ?? concurrency,
    onConflict: options.onConflict ?? onConflict,
  }
  assertWholeNumber('batchSize', settings.batchSize, 10_000)
  assertWholeNumber('concurrency', settings.concurrency, 100)
  if (settings.onConflict !== 'update' && settings.onConflict !== 'error') {
    throw invalid(`\`onConflict\` is ${show(settings.onConflict)}.`, "Use 'update' or 'error'.")
  }
  const { rows } = options
  if (typeof rows !== 'object' || rows === null || !(Symbol.iterator in rows || Symbol.asyncIterator in rows)) {
    throw invalid(`\`rows\` is ${show(rows)}, which cannot be iterated.`, 'Pass an array, a generator or a stream.')
  }
  return settings
}

function assertWholeNumber(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return
  throw invalid(`\`${name}\` is ${show(value)}.`, `Use a whole number from 1 to ${most}.`)
}

const invalid = (fact: string, fix: string) => new VectorizerError('VZ306', { fact: `loadEmbeddings: ${fact}`, fix })

const show = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : String(value))
