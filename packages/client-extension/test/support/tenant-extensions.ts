// How applications keep one tenant's rows from another: each by its own kind of extension.
import { AsyncLocalStorage } from 'node:async_hooks'
import { Prisma } from '../fixture/generated/client/client.ts'

/** Whose request it is: 1, the own tenant, or 2. */
export const tenant = new AsyncLocalStorage<number>()

const currentTenant = () => {
  const id = tenant.getStore()
  if (id === undefined) throw new Error('the tenant was lost on the way')
  return id
}

const prefix = () => (currentTenant() === 1 ? 'own' : 'secret')

type Where = Record<string, unknown>
interface Call {
  readonly args: { readonly where?: unknown }
  readonly query: (args: object) => Promise<unknown>
}

/** What a row of each model must meet, as `where`. */
const conditions: Record<string, () => Where> = {
  blogPost: () => ({ authorId: currentTenant() }),
  blogPostContentEmbeddings: () => ({ parent: { authorId: currentTenant() } }),
  note: () => ({ text: { startsWith: prefix() } }),
  sample: () => ({ label: { startsWith: prefix() } }),
}

/** The same, of a row that was read. */
const tests: Record<string, (row: Record<string, unknown>) => boolean> = {
  blogPost: ({ authorId }) => authorId === currentTenant(),
  blogPostContentEmbeddings: ({ id }) => (id as number) > 100 === (currentTenant() === 2),
  note: ({ text }) => String(text).startsWith(prefix()),
  sample: ({ label }) => String(label).startsWith(prefix()),
}

const delegate = (model: string) => `${model[0]?.toLowerCase()}${model.slice(1)}`

const narrowed = (model: string, args: Call['args'], condition = conditions[model]) =>
  condition ? { ...args, where: { AND: [args.where ?? {}, condition()] } } : args

const hooks = (hookOf: (model: string) => (call: Call) => Promise<unknown>) =>
  Object.fromEntries(Object.keys(conditions).map((model) => [model, { findMany: hookOf(model) }]))

type FindMany = (args: object) => Promise<unknown>

/** A findMany of each model in the place of Prisma's own, as model extensions define methods. */
const methods = (method: (model: string, findMany: FindMany, args: Call['args']) => Promise<unknown>) =>
  Object.fromEntries(
    Object.keys(conditions).map((model) => {
      function findMany(this: { readonly $parent: Record<string, { findMany: FindMany }> }, args: Call['args'] = {}) {
        return method(model, (own) => this.$parent[model]?.findMany(own) as Promise<unknown>, args)
      }
      return [model, { findMany }]
    }),
  )

async function filtered(model: string, { args, query }: Call) {
  return ((await query(args)) as Record<string, unknown>[]).filter(tests[model] ?? (() => true))
}

const gone: Record<string, () => Where> = { ...conditions, blogPost: () => ({ deletedAt: null }) }

/** Each hides what is not the tenant's from `findMany`. */
export const tenantExtensions: Readonly<Record<string, ReturnType<typeof Prisma.defineExtension>>> = {
  'adds to `where`': extension({
    query: hooks(
      (model) =>
        ({ args, query }) =>
          query(narrowed(model, args)),
    ),
  }),
  'adds to `where` in place': extension({
    query: hooks(
      (model) =>
        ({ args, query }) =>
          query(Object.assign(args, narrowed(model, args))),
    ),
  }),
  'adds to `where` of $allModels': extension({
    query: {
      $allModels: {
        findMany: ({ model, args, query }: Call & { readonly model: string }) => query(narrowed(delegate(model), args)),
      },
    },
  }),
  'adds to `where` of $allOperations': extension({
    query: {
      $allOperations: ({
        model,
        operation,
        args,
        query,
      }: Call & { readonly model?: string; readonly operation: string }) =>
        query(model && operation === 'findMany' ? narrowed(delegate(model), args) : args),
    },
  }),
  'filters the result': extension({ query: hooks((model) => (call) => filtered(model, call)) }),
  'leaves out deleted rows': extension({
    query: hooks(
      (model) =>
        ({ args, query }) =>
          query(narrowed(model, args, gone[model])),
    ),
  }),
  'replaces findMany': extension({ model: methods((model, findMany, args) => findMany(narrowed(model, args))) }),
  'replaces findMany by one that filters': extension({
    model: methods((model, findMany, args) => filtered(model, { args, query: findMany })),
  }),
}

/** Extensions for models by name: Prisma's types want literals. */
function extension(parts: object): ReturnType<typeof Prisma.defineExtension> {
  return Prisma.defineExtension(parts as never)
}
