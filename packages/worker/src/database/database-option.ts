// What may be passed as a database. By shape, so that neither `pg`'s types nor PGlite's are needed to use the worker.
import type { Database } from '@prisma-vectorizer/spec'
import type { PoolLike } from './pg.ts'
import type { PgliteLike } from './pglite.ts'

/** A URL, a `pg` pool, a Database, or PGlite. */
export type DatabaseOption = string | PoolLike | Database | PgliteLike
