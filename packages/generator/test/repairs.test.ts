// What the parts that are made again do with vectors that are stored.
import { expect, test } from 'vitest'
import { repairs } from '../src/expected/repairs.ts'
import { blogPost, specOf } from './support/schema.ts'

const spec = specOf(blogPost('dimensions: 3'))
const queued = (sql: string) =>
  /INSERT INTO \S+ AS queued \(.*\)\nSELECT .* FROM .*/u.exec(sql.split('-- Rows written').at(-1) ?? '')?.[0]

test('a queue that is made anew embeds what is stored again: which rows waited for another model is not known', () => {
  expect(queued(repairs.queue(spec))).toBe(
    'INSERT INTO vectorizer."BlogPost_embedding_store_queue" AS queued ("key_id", reembed)\n' +
      'SELECT "id", EXISTS (SELECT FROM "BlogPost_embedding_store") FROM "BlogPost"',
  )
})

test('triggers that are made anew keep the vectors of unchanged chunks: the queue still says which rows wait', () => {
  expect(queued(repairs.triggers(spec))).toBe(
    'INSERT INTO vectorizer."BlogPost_embedding_store_queue" AS queued ("key_id")\nSELECT "id" FROM "BlogPost"',
  )
})
