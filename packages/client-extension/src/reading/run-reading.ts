// A statement that reads for a method: what it cannot run is said beforehand, what the database lacks afterwards.
import { type AnySpec, type Row, type SqlQuery, VectorizerError } from '@prisma-vectorizer/spec'
import { explainDatabaseError } from '../find-similar/database-errors.ts'
import type { ModelConnection } from '../prisma/connection.ts'

const maxParameters = 65_535

/** `where` names the call in messages. Rejects with VZ306 (too many values) or VZ307. */
export async function runReading(
  connection: Pick<ModelConnection, 'run'>,
  spec: AnySpec,
  where: string,
  query: SqlQuery,
): Promise<readonly Readonly<Row>[]> {
  if (query.values.length > maxParameters) {
    throw new VectorizerError('VZ306', {
      fact: `${where}: with \`where\` the statement holds ${query.values.length} values.`,
      why: `PostgreSQL takes at most ${maxParameters} in one statement.`,
      fix: 'Filter by a relation or a range instead of a list.',
    })
  }
  try {
    return await connection.run(query)
  } catch (error) {
    throw explainDatabaseError(error, spec, where)
  }
}
