// Runs a statement of this folder and gives its rows the type that stands beside it.
import type { Queryable, SqlQuery } from '@prisma-vectorizer/spec'

export async function run<R extends object>(connection: Queryable, { text, values }: SqlQuery): Promise<readonly R[]> {
  return (await connection.query(text, values)) as readonly unknown[] as readonly R[]
}
