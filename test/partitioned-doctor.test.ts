// What the doctor expects of a source that is partitioned, or that replication writes: other triggers than elsewhere.
import { describe, expect, test } from 'vitest'
import { renderSql } from '../packages/worker/src/doctor/render.ts'
import { findingsOf, named } from '../packages/worker/test/support/examine.ts'
import { migrationSql, specsOfSchema } from './support/schema-sql.ts'
import { useVectorizedTables } from './support/vectorized-tables.ts'

const specs = specsOfSchema(
  'model Event {\n  id   Int    @id\n  text String /// @vectorizer(dimensions: 3, replicated: true)\n}\n',
)
const columns = '"id" INTEGER NOT NULL, "text" TEXT NOT NULL, CONSTRAINT "Event_pkey" PRIMARY KEY ("id")'
const tables = `CREATE TABLE "Event" (${columns});`
const partitions = ' PARTITION BY RANGE ("id"); CREATE TABLE low PARTITION OF "Event" FOR VALUES FROM (0) TO (10);'
const { run } = useVectorizedTables(
  `CREATE EXTENSION vector; CREATE TABLE "Event" (${columns})${partitions}${migrationSql(specs, { tables })}`,
)
const trigger = (name: string) => `"vectorizer_${name}_Event_embedding_store"`
const ours = (name: string) => `vectorizer."Event_embedding_store_${name}"()`

describe('a partitioned source', () => {
  test('with a row trigger is in order', async () => {
    expect(await findingsOf(run)).toEqual([])
  })

  test.each([
    [
      'the triggers of a table without partitions',
      `DROP TRIGGER ${trigger('row')} ON "Event";
       CREATE TRIGGER ${trigger('insert')} AFTER INSERT ON "Event" REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION ${ours('enqueue_inserted')}`,
      'DR601',
      'lacks the trigger "vectorizer_row_Event_embedding_store"',
    ],
    ['a disabled row trigger', `ALTER TABLE "Event" DISABLE TRIGGER ${trigger('row')}`, 'DR602', 'is disabled'],
    ['no trigger for replication', `DROP TRIGGER ${trigger('replica')} ON "Event"`, 'DR601', trigger('replica')],
    [
      'a trigger for replication that fires in ordinary sessions',
      `ALTER TABLE "Event" ENABLE TRIGGER ${trigger('replica')}`,
      'DR602',
      'does not fire in the sessions it is for',
    ],
  ])('with %s is found, and mended', async (_, breaks, code, says) => {
    await run(breaks)
    const findings = await findingsOf(run)
    expect(named(findings)).toEqual([`${code} Event.text`])
    expect(findings[0]?.fact).toContain(says)
    await run(renderSql(findings))
    expect(await findingsOf(run)).toEqual([])
    await run(`DELETE FROM vectorizer."Event_embedding_store_queue"; INSERT INTO low VALUES (1, 'text')`)
    expect(await run('SELECT key_id FROM vectorizer."Event_embedding_store_queue"')).toEqual([{ key_id: 1 }])
  })
})
