// The one value everything is derived from: the generator resolves an annotation to it, the migration stores it as JSON
// in `vectorizer.vectorizer.spec`, the manifest carries it to the client. Plain data, readonly all the way down.
import type { Distance, VectorType } from './metric.ts'

/** Raised when a field changes meaning; readers refuse a version they do not know instead of guessing. */
export const specVersion = 1

/** One scalar of the parent's primary key (or a template column), by its Prisma name and its SQL name. */
export interface ColumnSpec {
  /** Prisma field name on the parent model, e.g. `id`. */
  readonly field: string
  /** Column in the parent's table, e.g. `id` or what `@map` says. */
  readonly column: string
}

/** A part of the parent's primary key, and where the store repeats it. */
export interface KeyColumnSpec extends ColumnSpec {
  /** Prisma scalar or enum name, e.g. `Int`, `String`, `Role`. */
  readonly type: string
  /** The SQL type as written in DDL and casts, e.g. `INTEGER`, `UUID`, `"public"."Role"`. */
  readonly sqlType: string
  /** Prisma field name on the store model; differs from `field` only where that name is taken (`chunk` → `parentChunk`). */
  readonly storeField: string
  /** Column in the store's table. */
  readonly storeColumn: string
}

/** How a document is cut into chunks. Sizes are Unicode code points, as in pgai and LangChain's Python splitters. */
export type ChunkingSpec =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'recursive'
      readonly size: number
      readonly overlap: number
      readonly separators: readonly string[]
      readonly regex: boolean
    }
  | {
      readonly kind: 'character'
      readonly size: number
      readonly overlap: number
      readonly separator: string
      readonly regex: boolean
    }

/** The approximate index over the store's vectors. */
export type IndexSpec =
  | {
      readonly kind: 'hnsw'
      /** Links per node; pgvector's default is 16. */
      readonly m: number
      /** Candidates kept while building; pgvector's default is 64. */
      readonly efConstruction: number
      /** Index `(embedding::halfvec(N))`: half the size at the same recall, and invisible to Prisma Migrate. */
      readonly halfvec: boolean
    }
  | { readonly kind: 'none' }

export interface VectorizerSpec {
  readonly version: typeof specVersion
  /** Identity in the database: registry key and stem of the queue, function and trigger names. */
  readonly name: string
  /** Relation field on the parent, e.g. `contentEmbeddings`. */
  readonly accessor: string
  readonly source: {
    /** Prisma model, e.g. `BlogPost`. */
    readonly model: string
    /** Postgres schema, or null where the connection's search path decides (an app without `@@schema`). */
    readonly schema: string | null
    readonly table: string
    /** The primary key, in key order. */
    readonly key: readonly KeyColumnSpec[]
    /** The text that is chunked and embedded. */
    readonly text: ColumnSpec
    /** Columns the template names besides `$chunk`, in order of first use. */
    readonly templateColumns: readonly ColumnSpec[]
  }
  readonly store: {
    /** Prisma model, e.g. `BlogPostContentEmbeddings`. */
    readonly model: string
    readonly schema: string | null
    readonly table: string
  }
  /** Length of each vector, 1..16000. */
  readonly dimensions: number
  readonly type: VectorType
  readonly distance: Distance
  readonly index: IndexSpec
  /** `"provider/model"`, or null when the application brings the vectors. */
  readonly model: string | null
  readonly chunking: ChunkingSpec
  /** Python `string.Template` text; `$chunk` and `$<column>` are replaced, `$$` is `$`. */
  readonly template: string
}

/** What the generator hands to run time: versioned plain data, imported `as const` so that types follow its literals. */
export interface Manifest {
  readonly version: typeof specVersion
  readonly vectorizers: readonly VectorizerSpec[]
}

/** pgai's defaults: 800 code points, 400 overlap, seven separators. Source: `ai.chunking_recursive_character_text_splitter`. */
export const defaultRecursiveChunking = {
  kind: 'recursive',
  size: 800,
  overlap: 400,
  separators: ['\n\n', '\n', '.', '?', '!', ' ', ''],
  regex: false,
} as const satisfies ChunkingSpec

/** pgai's `ai.chunking_character_text_splitter`. */
export const defaultCharacterChunking = {
  kind: 'character',
  size: 800,
  overlap: 400,
  separator: '\n\n',
  regex: false,
} as const satisfies ChunkingSpec

/** pgvector's own parameters: recall@10 0.993 at ef_search 100 on 100k × 768; 16/128 gains 0.003 for 1.8 × the build. */
export const defaultIndex = { kind: 'hnsw', m: 16, efConstruction: 64, halfvec: true } as const satisfies IndexSpec
