// The one value everything is derived from: the generator resolves an annotation to it, the migration stores it as JSON
// in `vectorizer.vectorizer.spec`, the manifest carries it to the client. Plain data, readonly all the way down.
import type { ChunkingSpec } from './chunking-spec.ts'
import type { IndexSpec } from './index-spec.ts'
import type { Distance, VectorType } from './metric.ts'
import type { RowFilter } from './row-filter.ts'

/** Raised when a field changes meaning; readers refuse a version they do not know instead of guessing. */
export const specVersion = 1

/** One scalar of a model, by its Prisma name and its SQL name. */
export interface ColumnSpec {
  /** Prisma field name on the model, e.g. `id`. */
  readonly field: string
  /** Column in the model's table, e.g. `id` or what `@map` says. */
  readonly column: string
}

/** A part of the source's primary key, and where the store repeats it. */
export interface KeyColumnSpec extends ColumnSpec {
  /** Prisma scalar or enum name, e.g. `Int`, `String`, `Role`. */
  readonly type: string
  /** The SQL type as written in DDL and casts, e.g. `INTEGER`, `UUID`, `"public"."Role"`. */
  readonly sqlType: string
  /** Prisma field name on the store model; differs from `field` only where that name is taken (`chunk` → `parentChunk`). */
  readonly storeField: string
  /** Column in the store's table. */
  readonly storeColumn: string
  /** Of an enum whose values have `@map`: their Prisma names, by what the database stores. */
  readonly values?: Readonly<Record<string, string>>
}

/** A model by its name and its table. */
export interface ModelSpec {
  /** Prisma model, e.g. `BlogPost`. */
  readonly model: string
  /** Postgres schema, or null where the connection's search path decides (an app without `@@schema`). */
  readonly schema: string | null
  readonly table: string
}

export interface SourceSpec extends ModelSpec {
  /** The primary key, in key order. */
  readonly key: readonly KeyColumnSpec[]
}

/** What PostgreSQL does to a chunk whose parent is deleted, or gets another key: Prisma's words. */
export type ReferentialAction = 'Cascade' | 'Restrict' | 'NoAction'

/** Vectors in a table of their own, one row per chunk: a derived Prisma model. */
export interface TableStore extends ModelSpec {
  readonly kind: 'table'
  /** The store's side of the relation, e.g. `parent`. */
  readonly parentField: string
  /** Name of the relation, where one was asked for. */
  readonly relation: string | null
  readonly onDelete: ReferentialAction
  readonly onUpdate: ReferentialAction
  /** False under `relationMode = "prisma"`: the triggers then delete what a foreign key would. */
  readonly foreignKey: boolean
}

/** Vectors in a column of the source itself, one per row: `destination: column(embedding)`, or a `@vector` field. */
export interface ColumnStore extends ModelSpec, ColumnSpec {
  readonly kind: 'column'
}

/** A view that joins store and source, with the columns it froze when it was made. */
export interface ViewSpec {
  readonly schema: string | null
  readonly name: string
  /** Columns of the source besides its key, with their SQL types: one that changes is why the view is made anew. */
  readonly columns: readonly { readonly column: string; readonly sqlType: string }[]
}

/** How the text comes out of the field: it is the text, or it says where a document is. */
export type Loading = 'column' | 'uri'

/** What a document is, for the text to be taken out of it; `auto` looks at its first bytes. */
export const parsings = ['auto', 'none', 'markdown', 'html', 'pdf', 'docx', 'epub'] as const
export type Parsing = (typeof parsings)[number]

/** Database roles that migrations grant the least they need; null: none is named. */
export interface Roles {
  /** Runs the worker: reads the source, writes the store, takes from the queue. */
  readonly worker: string | null
  /** Searches. Writing the source needs no right on anything of ours. */
  readonly application: string | null
}

/** What can be searched: a column of vectors and the model it belongs to. */
export interface VectorSpec {
  readonly version: typeof specVersion
  readonly kind: 'vectorizer' | 'vector'
  /** Identity in the database: registry key and stem of the queue, function and trigger names. */
  readonly name: string
  /** What the model calls it: the relation field `contentEmbeddings`, or the vector's own field. */
  readonly accessor: string
  readonly source: SourceSpec
  readonly store: TableStore | ColumnStore
  /** Length of each vector. */
  readonly dimensions: number
  readonly type: VectorType
  readonly distance: Distance
  readonly index: IndexSpec
  readonly roles: Roles
}

/** Vectors that are made from a text field and follow it. */
export interface VectorizerSpec extends VectorSpec {
  readonly kind: 'vectorizer'
  readonly source: SourceSpec & {
    /** The text that is chunked and embedded, or where it is. */
    readonly text: ColumnSpec
    /** Columns the template names besides `$chunk`, in order of first use. */
    readonly templateColumns: readonly ColumnSpec[]
    /** Rows outside it have no embeddings; null: every row has. */
    readonly filter: RowFilter | null
    readonly loading: Loading
    readonly parsing: Parsing
  }
  /** `"provider/model"`, or null when the application brings the vectors. */
  readonly model: string | null
  readonly chunking: ChunkingSpec
  /** Python `string.Template` text; `$chunk` and `$<column>` are replaced, `$$` is `$`. */
  readonly template: string
  readonly view: ViewSpec | null
  /** Rows a worker claims at once, and batches it has in flight; null: the worker's own setting. */
  readonly batchSize: number | null
  readonly concurrency: number | null
  /**
   * PostgreSQL's text search configuration of the full-text index over the chunks, e.g. `english`; null: there is none.
   * Only of a store of its own.
   */
  readonly textSearch: string | null
  /** Rows that replication writes into the source are followed too: triggers that fire in replica sessions only. */
  readonly replicated: boolean
}

/** A vector field that the application fills: `/// @vector(...)`. Search, index and migrations; no queue, no worker. */
export interface VectorFieldSpec extends VectorSpec {
  readonly kind: 'vector'
  readonly store: ColumnStore
  /**
   * Whether the field is a list, `Unsupported("vector(3)")[]`: an array of vectors in each row. It is read and written as
   * `number[][]`, has no index and is not searched.
   */
  readonly list: boolean
}

export type AnySpec = VectorizerSpec | VectorFieldSpec

/** What the generator hands to run time: versioned plain data, imported `as const` so that types follow its literals. */
export interface Manifest {
  readonly version: typeof specVersion
  readonly vectorizers: readonly VectorizerSpec[]
  readonly vectors: readonly VectorFieldSpec[]
}
