// What a method needs of the client that it was called on.
import { delegateName, type Row, type SqlQuery } from '@prisma-vectorizer/spec'
import type { SearchTarget } from '../find-similar/search-target.ts'
import { createQueryCompiler, type QueryCompiler, type WhereCompiler } from '../where/compile-where.ts'
import type { Client, ModelContext } from './client.ts'
import { interactiveTransaction, within } from './transaction.ts'

export interface ModelConnection {
  /** The caller's findMany of the model, every extension included. */
  findMany: ModelContext['findMany']
  /** Whether that is a method of a model extension, not Prisma's own. */
  readonly replaced: boolean
  /** The caller's create and update. */
  create(args: object): PromiseLike<unknown>
  update(args: object): PromiseLike<unknown>
  /** Runs a SELECT on the caller's connection, inside their transaction if they are in one. */
  run(query: SqlQuery): PromiseLike<readonly Readonly<Row>[]>
  /** The same as an element of the transaction that `$transaction([…])` makes. */
  runIn(transaction: unknown): (query: SqlQuery) => PromiseLike<readonly Readonly<Row>[]>
  /** Runs a statement that writes; the number of rows. */
  execute(query: SqlQuery): PromiseLike<number>
  /** Runs `work` in one transaction: the caller's own, if they are in one. `timeout`, in ms, instead of the client's. */
  transaction<T>(work: (inside: ModelConnection) => Promise<T>, timeout?: number): Promise<T>
  /** Whether the caller is in an interactive transaction. */
  isInTransaction(): boolean
  readonly compileWhere: WhereCompiler
  readonly compiler: QueryCompiler
  /** Postgres schema of models without `@@schema`. */
  readonly schema: string
  readonly vectorFormat: 'binary' | 'text'
  /** Fields the client leaves out by itself (`new PrismaClient({ omit })`). */
  readonly globallyOmitted: ReadonlySet<string>
  readonly client: Client
  /** The model's delegate that was called: the same for as long as the client has the same extensions. */
  readonly delegate: object
}

export function connectionOf(
  context: ModelContext,
  target: SearchTarget,
  settings: { readonly schema?: string | undefined },
): ModelConnection {
  // The client that was extended; inside an interactive transaction that client's transaction.
  const client = context.$parent
  const adapter = client._engineConfig?.adapter
  const schema = settings.schema ?? adapter?.options?.schema ?? 'public'
  const omitted = Object.entries(client._globalOmit?.[delegateName(target.model)] ?? {})
  const compiler = compilerOf(client, schema)
  // Prisma makes its own methods anew for each delegate, so that only their source tells whose a method is.
  const replaced = String(context.findMany) !== compiler.findManySource(target.model)
  return {
    findMany: (args) => context.findMany(args),
    replaced,
    create: (args) => context.create(args),
    update: (args) => context.update(args),
    run: ({ text, values }) => client.$queryRawUnsafe(text, ...values),
    runIn:
      (transaction) =>
      ({ text, values }) => {
        const promise = client.$queryRawUnsafe(text, ...values)
        return promise.requestTransaction?.(transaction) ?? promise
      },
    execute: ({ text, values }) => client.$executeRawUnsafe(text, ...values),
    transaction(work, timeout) {
      // Not nested, which would be a savepoint: not every adapter has them.
      if (!client.$transaction || this.isInTransaction()) return work(this)
      const options = timeout === undefined ? undefined : { timeout }
      return client.$transaction(
        (inside) => work({ ...connectionOf(within(context, inside), target, settings), replaced }),
        options,
      )
    },
    isInTransaction: () => interactiveTransaction(client) !== undefined,
    compileWhere: compiler.where,
    compiler,
    schema,
    // Known by name, not tried: a statement that fails would abort the caller's transaction, and one beside it would
    // wait for ever where there is a single connection. adapter-pg sends bytes as they are; PGlite's makes them text.
    vectorFormat: adapter?.adapterName === '@prisma/adapter-pg' ? 'binary' : 'text',
    globallyOmitted: new Set(omitted.filter(([, omit]) => omit).map(([field]) => field)),
    client,
    delegate: context,
  }
}

type ClientClass = new (options: object) => unknown

const compilers = new WeakMap<ClientClass, Map<string, QueryCompiler>>()

/** One for each generated client class: a compiler holds no connection and knows nothing but the schema. */
function compilerOf(client: Client, schema: string): QueryCompiler {
  const generated = generatedClass(client.constructor as ClientClass)
  // Minimal: the place in the code that Prisma would show is ours, not the caller's.
  const createClient = (adapter: object) => new generated({ adapter, errorFormat: 'minimal' })
  const bySchema = compilers.get(generated) ?? new Map<string, QueryCompiler>()
  compilers.set(generated, bySchema)
  const compiler = bySchema.get(schema) ?? createQueryCompiler(schema, createClient)
  bySchema.set(schema, compiler)
  return compiler
}

/** An application may subclass PrismaClient, as NestJS services do, with a constructor that takes other arguments. */
function generatedClass(clientClass: ClientClass): ClientClass {
  const base: unknown = Object.getPrototypeOf(clientClass)
  return typeof base === 'function' && base.prototype ? generatedClass(base as ClientClass) : clientClass
}
