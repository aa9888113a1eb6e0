// A database that an earlier version has made, after the next migration of this one: as if this version had made it. See
// docs/pgai-cases.md.
import { objectNames, quoteIdentifier } from '@prisma-vectorizer/spec'
import { expect, test } from 'vitest'
import { describeCatalog } from '../support/catalog.ts'
import { createDatabase, type TestDatabase, withClient } from '../support/databases.ts'
import { migrationSql } from '../support/schema-sql.ts'
import { specs, tables } from '../support/vectorized-tables.ts'

/** Of other templates, so that other columns are watched: triggers and functions are made anew. */
const changed = specs.map((spec) =>
  spec.kind === 'vectorizer' ? { ...spec, template: '$chunk', source: { ...spec.source, templateColumns: [] } } : spec,
)

test('specs without the fields that came later, and old functions, are brought up to date by the next migration that makes triggers anew', async () => {
  const made = migrationSql(specs, { tables })
  const aged = `UPDATE vectorizer.vectorizer SET spec =
      spec - 'textSearch' - 'replicated' #- '{chunking,keepSeparator}' #- '{index,bit}' #- '{index,minRows}';
    ${specs
      .map(
        (spec) => `CREATE OR REPLACE FUNCTION vectorizer.${quoteIdentifier(objectNames(spec).updateFunction)}()
      RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';`,
      )
      .join(' ')}`
  await using old = await createDatabase({ sql: `CREATE EXTENSION vector; ${tables} ${made} ${aged}` })
  await using fresh = await createDatabase({
    sql: `CREATE EXTENSION vector; ${tables} ${migrationSql(changed, { tables })}`,
  })
  expect(await snapshot(old)).not.toEqual(await snapshot(fresh))
  const upgrade = migrationSql(changed, { tables: tables + made, before: specs })
  await withClient(old.url, (client) => client.query(upgrade))
  expect(await snapshot(old)).toEqual(await snapshot(fresh))
})

const snapshot = ({ url }: TestDatabase) =>
  withClient(url, async (client) => ({
    catalog: await describeCatalog(client),
    registry: (await client.query('SELECT name, spec FROM vectorizer.vectorizer ORDER BY name')).rows,
  }))
