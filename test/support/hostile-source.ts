// The tables that a hostile case presupposes.
import { quoteIdentifier, quoteTable, type VectorizerSpec } from '@prisma-vectorizer/spec'
import { enumType, type HostileSource } from './hostile-specs.ts'

/** What Prisma would have made of the models: the source, with a column for the vectors where they are to be there. */
export function sourceSql(source: HostileSource, { store, type, dimensions }: VectorizerSpec): string {
  const columns = source.columns.map(
    ({ column, sqlType }, index) =>
      `${quoteIdentifier(column)} ${sqlType}${index < source.keyLength ? ' NOT NULL' : ''}`,
  )
  if (store.kind === 'column') columns.push(`${quoteIdentifier(store.column)} ${type}(${dimensions})`)
  const key = source.columns.slice(0, source.keyLength).map(({ column }) => quoteIdentifier(column))
  return `${source.schema === null ? '' : `CREATE SCHEMA ${quoteIdentifier(source.schema)};`}
CREATE TYPE ${enumType(source)} AS ENUM ('A', 'B', 'C');
CREATE TABLE ${quoteTable(source)} (${columns.join(', ')}, PRIMARY KEY (${key.join(', ')}));
${source.secured ? `ALTER TABLE ${quoteTable(source)} ENABLE ROW LEVEL SECURITY;` : ''}`
}
