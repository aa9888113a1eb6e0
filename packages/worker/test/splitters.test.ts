// Splitters of the application's own, in a worker: one that is missing stops its vectorizer, one that fails its row.
import { expect, test } from 'vitest'
import { listErrors } from '../src/index.ts'
import { openBlog } from './support/blog.ts'
import { recordingLogger } from './support/fake-embedders.ts'
import { author, authorTable, blogPost, blogPostTable, installVectorizer } from './support/vectorizers.ts'

const byLines = { ...blogPost, chunking: { kind: 'custom', name: 'lines' }, template: '$chunk' } as const

test('without its splitter a vectorizer stands still, and others work on', async () => {
  await using blog = await openBlog({
    sql: [blogPostTable, installVectorizer(byLines), authorTable, installVectorizer(author)].join('\n'),
  })
  await blog.query(`INSERT INTO people.authors VALUES (gen_random_uuid(), 1, now(), 'plain', 'Bio', '1815-12-10')`)
  await blog.insert(['one\ntwo'])
  const logger = recordingLogger()
  const worker = blog.worker({ logger })
  expect(await worker.drain()).toMatchObject({ embedded: 1, drained: false })
  expect(
    logger.lines.filter((line) => line.startsWith('error VZ519 The worker has no splitter `lines`.')),
  ).toHaveLength(1)
  expect(await blog.queued()).toMatchObject([{ attempts: 0, failed: false }])
  expect(await blog.worker({ splitters: { lines: (text) => text.split('\n') } }).drain()).toMatchObject({ chunks: 2 })
})

test('a row whose splitter throws is tried again, one whose splitter gives no strings is given up, and others are embedded', async () => {
  await using blog = await openBlog({ spec: byLines })
  await blog.insert(['throws', 'nothing', 'fine'])
  const worker = blog.worker({
    splitters: {
      lines(text) {
        if (text === 'throws') throw new Error('no such service')
        return text === 'nothing' ? (undefined as never) : [text]
      },
    },
  })
  expect(await worker.drain()).toMatchObject({ embedded: 1, failed: 2 })
  expect(await blog.queued()).toMatchObject([
    { key_id: 1, attempts: 1, failed: false },
    { key_id: 2, attempts: 1, failed: true },
  ])
  expect(await listErrors(blog.url)).toMatchObject([
    { code: 'VZ519', step: 'chunk' },
    { code: 'VZ519', step: 'chunk' },
  ])
})
