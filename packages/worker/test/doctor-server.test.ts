// What does not depend on one vectorizer: extensions, versions, foreign keys by relationMode.
import { describe, expect, it } from 'vitest'
import { migrationSql, specsOfSchema } from '../../../test/support/schema-sql.ts'
import { useVectorizedTables } from '../../../test/support/vectorized-tables.ts'
import { checkExtensions, compareVersions } from '../src/doctor/checks/extensions.ts'
import { made, specs } from './support/broken-tables.ts'
import { findingsOf, named } from './support/examine.ts'

describe('extensions', () => {
  const { run } = useVectorizedTables(made)
  const setVersion = (version: string) =>
    run(`UPDATE pg_extension SET extversion = '${version}' WHERE extname = 'vector'`)

  it('vector is gone, and all that was of its types', async () => {
    await run('DROP EXTENSION vector CASCADE')
    const findings = await findingsOf(run)
    expect(findings[0]).toMatchObject({ code: 'DR201', subject: 'database', sql: 'CREATE EXTENSION vector;' })
    // In the order of the report all of it can be made again.
    for (const { sql } of findings) if (sql !== undefined) await run(sql)
    expect(await findingsOf(run)).toEqual([])
  })

  it.each([
    ['0.6.2', 'older than 0.7'],
    ['0.7.4', 'older than 0.8'],
  ] as const)('pgvector %s', async (version, says) => {
    await setVersion(version)
    const [finding, ...others] = await findingsOf(run)
    expect(others).toEqual([])
    expect(finding).toMatchObject({ code: 'DR202', level: 'error', sql: 'ALTER EXTENSION vector UPDATE;' })
    expect(finding?.fact).toContain(`pgvector is ${version}`)
    expect(finding?.fact).toContain(says)
  })

  it('a newer pgvector at hand', () => {
    const none = { installed: null, available: null }
    const find = (installed: string, available: string | null) =>
      checkExtensions({ registryOid: '1', extensions: { vector: { installed, available }, vectorscale: none } }, specs)
    expect(find('0.8.0', '0.10.0')).toEqual([
      {
        code: 'DR203',
        level: 'warning',
        fact: 'pgvector is 0.8.0; the server has 0.10.0.',
        sql: 'ALTER EXTENSION vector UPDATE;',
      },
    ])
    expect(find('0.8.0', '0.8.0')).toEqual([])
    expect(find('0.8.0', null)).toEqual([])
    expect(find('0.6.0', '0.7.0')[0]?.fix).toContain('Install pgvector 0.8 or newer on the server')
  })

  it('no pgvector on the server, before the first migration', () => {
    const none = { installed: null, available: null }
    const find = (available: string | null) =>
      checkExtensions({ registryOid: null, extensions: { vector: { ...none, available }, vectorscale: none } }, specs)
    expect(find(null)).toMatchObject([
      { code: 'DR201', fix: expect.stringContaining('Install pgvector on the server') },
    ])
    expect(find('0.8.0')).toEqual([])
  })

  it('vectorscale, for an index that needs it', async () => {
    await run(
      `UPDATE vectorizer.vectorizer SET spec = jsonb_set(spec, '{index}', '{"kind": "diskann"}') WHERE name LIKE 'Note%'`,
    )
    expect(named(await findingsOf(run))).toEqual(['DR204 database', 'DR504 Note.text'])
  })

  it('a spec of another version is left alone', async () => {
    await run(`UPDATE vectorizer.vectorizer SET spec = '{"version": 9}' WHERE name LIKE 'Note%'`)
    expect(named(await findingsOf(run))).toEqual(['DR108 Note_embedding'])
  })
})

it('versions are compared by their numbers', () => {
  expect(compareVersions('0.10.0', '0.8')).toBeGreaterThan(0)
  expect(compareVersions('0.8', '0.8.0')).toBe(0)
  expect(compareVersions('0.7.4', '0.8.0')).toBeLessThan(0)
})

describe('relationMode prisma', () => {
  const tables = `CREATE TABLE "Post" ("id" INTEGER NOT NULL, "text" TEXT NOT NULL, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));`
  const specs = specsOfSchema(`datasource db {
  provider     = "postgresql"
  relationMode = "prisma"
}
model Post {
  id   Int    @id
  /// @vectorizer(dimensions: 3)
  text String
}
`)
  const { run } = useVectorizedTables(`CREATE EXTENSION vector; ${tables} ${migrationSql(specs, { tables })}`)
  const orphan = (id: number) =>
    run(`INSERT INTO "Post_embedding_store" (id, chunk_seq, chunk, embedding) VALUES (${id}, 0, '', '[1,2,3]')`)

  it('chunks without a parent, unless the worker is about to remove them', async () => {
    await orphan(1)
    await orphan(2)
    await run('INSERT INTO vectorizer."Post_embedding_store_queue" VALUES (2)')
    const [finding, ...others] = await findingsOf(run)
    expect(others).toEqual([])
    expect(finding).toMatchObject({ code: 'DR409', level: 'error' })
    expect(finding?.fact).toMatch(/^1 of /u)
    await run(finding?.sql as string)
    expect(await findingsOf(run)).toEqual([])
  })

  it('a foreign key', async () => {
    await run(`ALTER TABLE "Post_embedding_store" ADD FOREIGN KEY (id) REFERENCES "Post"`)
    const [finding, ...others] = await findingsOf(run)
    expect(others).toEqual([])
    expect(finding).toMatchObject({ code: 'DR407', level: 'warning' })
    await run(finding?.sql as string)
    expect(await findingsOf(run)).toEqual([])
  })
})
