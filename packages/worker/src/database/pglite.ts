// Anything with `query(sql, params)` and `transaction(work)` as a Database: PGlite, or an object of the caller's.
import type { Database, Queryable, Row } from '@prisma-vectorizer/spec'

/** What a query answers: rows, or an object that holds them (PGlite). */
type Answer = readonly unknown[] | { readonly rows: readonly unknown[] }

interface QueryLike {
  // biome-ignore lint/suspicious/noExplicitAny: PGlite's parameters are any[], which readonly unknown[] does not fit
  query(text: string, values?: any[]): Promise<Answer>
}

export interface PgliteLike extends QueryLike {
  transaction<T>(work: (connection: QueryLike) => Promise<T>): Promise<T>
}

/** The caller opened it, so the caller closes it. */
export function fromPglite(pglite: PgliteLike): Database {
  return {
    ...fromQueryLike(pglite),
    transaction: (work) => pglite.transaction((connection) => work(fromQueryLike(connection))),
    close: async () => {},
  }
}

function fromQueryLike(connection: QueryLike): Queryable {
  return {
    async query<R extends Row>(text: string, values: readonly unknown[] = []) {
      const answer = await connection.query(text, [...values])
      return ('rows' in answer ? answer.rows : answer) as readonly R[]
    },
  }
}
