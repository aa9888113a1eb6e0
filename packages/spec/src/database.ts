// The structural port to PostgreSQL: a `pg` pool, PGlite, or anything that can run SQL.

export type Row = Record<string, unknown>

/** Runs one statement on one connection. */
export interface Queryable {
  query<R extends Row = Row>(text: string, values?: readonly unknown[]): Promise<readonly R[]>
}

export interface Database extends Queryable {
  /** Runs `work` on one connection between BEGIN and COMMIT; ROLLBACK when it throws. */
  transaction<T>(work: (connection: Queryable) => Promise<T>): Promise<T>
  close(): Promise<void>
}
