// A row for any table: the text, and whatever else must have a value.
import { quoteLiteral } from '@prisma-vectorizer/spec'
import type { CatalogClient } from '../support/catalog.ts'

interface Column {
  readonly column: string
  readonly type: string
  readonly label: string | null
}

/** By type; a number will do for the others. */
const values = (number: number): Readonly<Record<string, string>> => ({
  boolean: String(number % 2 === 0),
  uuid: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
  date: `2024-02-0${number}`,
  'timestamp without time zone': `2024-02-29 12:00:0${number}`,
  'timestamp with time zone': `2024-02-29 12:00:0${number}Z`,
  bytea: '\\x00',
})

/**
 * `table` is quoted; rows that it must refer to are made first. `number`, of one digit, makes the values differ from row
 * to row. A vector that must have a value is refused.
 */
export async function insertSampleRow(client: CatalogClient, table: string, number: number): Promise<void> {
  const referred = await client.query(
    `SELECT confrelid::regclass::text AS table
    FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
    WHERE contype = 'f' AND conrelid = $1::regclass AND attnotnull`,
    [table],
  )
  for (const row of referred.rows) await insertSampleRow(client, (row as { table: string }).table, number)
  const { rows } = await client.query(
    `SELECT quote_ident(attname) AS column, format_type(atttypid, NULL) AS type,
      (SELECT enumlabel FROM pg_enum WHERE enumtypid = atttypid ORDER BY enumsortorder LIMIT 1) AS label
    FROM pg_attribute
    WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attnotnull AND NOT atthasdef
    ORDER BY attnum`,
    [table],
  )
  const columns = rows as readonly Column[]
  const sample = ({ type, label }: Column) => label ?? values(number)[type] ?? String(number)
  await client.query(
    `INSERT INTO ${table} (${columns.map(({ column }) => column).join(', ')})
     VALUES (${columns.map((column) => quoteLiteral(sample(column))).join(', ')})`,
  )
}
