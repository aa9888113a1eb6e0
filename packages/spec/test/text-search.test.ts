// How the full-text index is spelled, and that a query of the same spelling finds it.
import { PGlite } from '@electric-sql/pglite'
import { expect, test } from 'vitest'
import { isTextSearchName, objectNames, textConfiguration, textVector } from '../src/index.ts'
import { exampleSpec } from './support/example-spec.ts'

test.each([
  ['english', true],
  ['pg_catalog.english', true],
  ['_de2', true],
  ['x'.repeat(63), true],
  ['x'.repeat(64), false],
  ['', false],
  ['2nd', false],
  ['a.b.c', false],
  ['a.', false],
  ["english'", false],
  ['"English"', false],
  ['german umlaut', false],
  ['türkçe', false],
])('%j as the name of a configuration: %s', (name, isOne) => {
  expect(isTextSearchName(name)).toBe(isOne)
})

test('an index of the chunks is used by a query that spells the same, and by no other configuration', async () => {
  const spec = { ...exampleSpec, textSearch: 'english' }
  const { textIndex } = objectNames(spec)
  expect(textIndex).toBe('posts_embedding_store_chunk_text_idx')
  await using database = await PGlite.create()
  const create = (vector: string) => `CREATE INDEX "${textIndex}" ON posts USING gin (${vector})`
  await database.exec(`CREATE TABLE posts (chunk text); INSERT INTO posts VALUES ('Mice ran; a mouse runs'), ('A cat');
    ${create(textVector(spec, '"chunk"'))}; SET enable_seqscan = off`)
  const plan = async (textSearch: string) => {
    const query = `websearch_to_tsquery(${textConfiguration({ textSearch })}, 'mouse run')`
    const sql = `SELECT chunk FROM posts WHERE ${textVector({ textSearch }, 'chunk')} @@ ${query}`
    return JSON.stringify([(await database.query(`EXPLAIN ${sql}`)).rows, (await database.query(sql)).rows])
  }
  expect(await plan('english')).toContain(textIndex)
  expect(await plan('pg_catalog.english')).toContain(textIndex)
  expect(await plan('english')).toContain('"Mice ran; a mouse runs"')
  expect(await plan('simple')).not.toContain(textIndex)
})

test('without a configuration there is nothing to spell', () => {
  expect(() => textVector({ textSearch: null }, 'chunk')).toThrow('no full-text index')
})
