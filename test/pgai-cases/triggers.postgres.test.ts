// Queue rows that another transaction has locked, on a server with more than one session. See docs/pgai-cases.md.
import { createWorker } from '@prisma-vectorizer/worker'
import { expect, test } from 'vitest'
import { createDatabase, withClient } from '../support/databases.ts'
import { migrationSql } from '../support/schema-sql.ts'
import { queue, specs, tables } from '../support/vectorized-tables.ts'

test('a queue row that is locked is counted as waiting', async () => {
  await using database = await createDatabase({ sql: `${tables}${migrationSql(specs, { tables })}` })
  await withClient(database.url, async (client) => {
    await client.query(`INSERT INTO "BlogPost" (title) VALUES ('one'), ('two'), ('three')`)
    await client.query(`BEGIN; SELECT FROM ${queue} WHERE key_id < 3 FOR UPDATE`)
    const worker = createWorker({ database: database.url })
    const [blog] = await worker.status()
    await worker.stop()
    expect(blog).toMatchObject({ registryName: 'BlogPost_embedding_store', pending: 3 })
    await client.query('ROLLBACK')
  })
})
