// A driver adapter without a database: Prisma compiles a query for it, hands it the SQL, and gets no rows back.

/** A statement as Prisma hands it to a driver adapter. */
export interface CapturedStatement {
  readonly sql: string
  readonly args: readonly unknown[]
  readonly argTypes: readonly CapturedArgType[]
}

/** The part of Prisma's `ArgType` that decides how a value is written; `dbType` is PostgreSQL's name in capitals. */
export interface CapturedArgType {
  readonly scalarType: string
  readonly dbType?: string | null
  readonly arity: 'scalar' | 'list'
}

/** What `new PrismaClient({ adapter })` takes, as far as a client that only reads calls it. */
export interface CaptureAdapter {
  readonly provider: 'postgres'
  readonly adapterName: string
  connect(): Promise<unknown>
}

// Prisma splits longer `in` lists into several statements at the adapter's limit; u32 is the type it reads this into.
const noBindLimit = 0xffffffff

/** Every statement goes to `record`. `schema` is the Postgres schema of models without `@@schema`. */
export function createCaptureAdapter(schema: string, record: (statement: CapturedStatement) => void): CaptureAdapter {
  const identity = { provider: 'postgres', adapterName: 'prisma-vectorizer-capture' } as const
  const queryable = {
    ...identity,
    queryRaw: async (statement: CapturedStatement) => {
      record(statement)
      return { columnNames: [], columnTypes: [], rows: [] }
    },
    executeRaw: async (statement: CapturedStatement) => {
      record(statement)
      return 0
    },
  }
  const connection = {
    ...queryable,
    executeScript: async () => {},
    startTransaction: async () => ({
      ...queryable,
      options: { usePhantomQuery: true },
      commit: async () => {},
      rollback: async () => {},
    }),
    getConnectionInfo: () => ({ schemaName: schema, maxBindValues: noBindLimit, supportsRelationJoins: true }),
    dispose: async () => {},
  }
  return { ...identity, connect: async () => connection }
}
