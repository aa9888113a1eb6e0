// What we use of Prisma Client. What starts with `_` is its own and may be absent: then we do with less.
import type { Row } from '@prisma-vectorizer/spec'

type RawRows = PromiseLike<readonly Readonly<Row>[]>

/** A promise that runs when it is awaited, or as an element of `$transaction([…])`. */
export interface RawPromise<T> extends PromiseLike<T> {
  requestTransaction?(transaction: unknown): PromiseLike<T>
}

export interface Client {
  $extends(extension: object): unknown
  $queryRawUnsafe(text: string, ...values: unknown[]): RawPromise<readonly Readonly<Row>[]> & RawRows
  $executeRawUnsafe(text: string, ...values: unknown[]): RawPromise<number>
  /** Absent inside an interactive transaction of older clients. */
  $transaction?<T>(
    work: (transaction: Client) => Promise<T>,
    options?: { readonly timeout?: number | undefined },
  ): Promise<T>
  /** Hands `callback` the interactive transaction that the client stands for, undefined outside one, as soon as it is awaited. */
  _createPrismaPromise?(callback: (transaction: unknown) => PromiseLike<unknown>): PromiseLike<unknown>
  readonly _engineConfig?: { readonly adapter?: AdapterFactory; readonly inlineSchema?: string }
  readonly _globalOmit?: Readonly<Record<string, Readonly<Record<string, boolean>> | undefined>>
  readonly _extensions?: {
    getAllComputedFields(model: string): Readonly<Record<string, { readonly needs: readonly string[] }>> | undefined
  }
  readonly _runtimeDataModel?: { readonly models: Readonly<Record<string, RuntimeModel | undefined>> }
}

interface AdapterFactory {
  readonly adapterName?: string
  readonly options?: { readonly schema?: string }
}

interface RuntimeModel {
  readonly fields: readonly RuntimeField[]
}

interface RuntimeField {
  readonly name: string
  /** `scalar`, `enum` or `object`; a field of a type Prisma does not support is not listed. */
  readonly kind: string
  /** E.g. `Int`, or the name of the enum or model. */
  readonly type: string
  /** The column, where it is named otherwise. */
  readonly dbName?: string | null
}

/** The model a method of ours was called on, as `Prisma.getExtensionContext` describes it. */
export interface ModelContext {
  findMany(args: object): RawPromise<unknown>
  /** Rejects where a required field is of a type that Prisma does not support. */
  create(args: object): RawPromise<unknown>
  update(args: object): RawPromise<unknown>
  readonly $parent: Client
}

/** What a query hook is given. */
export interface FindManyHook {
  readonly args: object
  readonly query: (args: object, params?: object) => PromiseLike<unknown>
  readonly __internalParams?: object
}
