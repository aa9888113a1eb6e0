// docs/failures.md: its list of errors is what the command prints, and its SQL runs.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openBlog } from './support/blog.ts'
import { runCommand } from './support/run-command.ts'
import { author, authorTable, blogPost, blogPostTable, installVectorizer } from './support/vectorizers.ts'

const page = readFileSync(new URL('../../../docs/failures.md', import.meta.url), 'utf8')
const fences = Array.from(page.matchAll(/^```(\w*)\n(.*?)^```$/gmsu), ([, language, text = '']) => ({ language, text }))
const blocks = (wanted: string) => fences.flatMap(({ language, text }) => (language === wanted ? text : []))

test('the page shows what the commands print, and its SQL does what it says', async () => {
  const sql = [blogPostTable, installVectorizer(blogPost), authorTable, installVectorizer(author)].join('\n')
  await using blog = await openBlog({ sql })
  await blog.query(`INSERT INTO "BlogPost" (id, content) VALUES (7, ''), (12, ''), (18, ''), (19, '');
    DELETE FROM vectorizer."BlogPost_embedding_store_queue";
    INSERT INTO people.authors VALUES (gen_random_uuid(), 1, now(), 'plain', 'Bio', '1815-12-10');
    INSERT INTO vectorizer."BlogPost_embedding_store_queue" (key_id, queued_at, attempts, failed_at, not_before, error) VALUES
      (7, '2026-03-01Z', 6, now(), now(), 'VZ405 no'), (12, '2026-03-01Z', 6, now(), now(), 'VZ405 no'),
      (18, '2026-03-01Z', 3, NULL, now() + interval '119 s', 'no');
    INSERT INTO vectorizer.error (vectorizer, key, step, code, message, count, last_at)
    SELECT store || '_embedding_store', key::jsonb, step, code, message, count, time::timestamptz FROM (VALUES
      ('BlogPost', '["7"]', 'embed', 'VZ405', 'VZ405 openai/text-embedding-3-small answered HTTP 400: the input is too long.', 6, '2026-03-01 08:02:10Z'),
      ('BlogPost', '["12"]', 'embed', 'VZ405', 'VZ405 openai/text-embedding-3-small answered HTTP 400: the input is too long.', 6, '2026-03-01 08:02:09Z'),
      ('BlogPost', '["18"]', 'write', '23514', 'new row for relation "BlogPost_embedding_store" violates check constraint "not_empty"', 3, '2026-03-01 09:12:44Z'),
      ('authors', '[]', 'embed', 'VZ406', 'VZ406 voyage/voyage-3.5 needs VOYAGE_API_KEY, which is not set.', 14, '2026-03-01 09:14:02Z')
    ) AS noted (store, key, step, code, message, count, time)`)
  const run = async (...args: string[]) => (await runCommand([...args, '--database-url', blog.url])).stdout
  const shown = blocks('')
  expect((await run('errors')).replace(/ in 1 min \d+ s {1,2}/u, ' in 1 min 20 s  ')).toBe(shown[0])

  const [byCause, givenUp, retry, never, ...more] = blocks('sql')
  expect(more).toEqual([])
  expect(await blog.query(byCause ?? '')).toMatchObject([
    { step: 'embed', code: 'VZ405', rows: '2', attempts: '12' },
    {},
    {},
  ])
  expect((await blog.query(givenUp ?? '')).map(({ id }) => id).sort()).toEqual([12, 7])
  await blog.query(retry ?? '')
  expect(await blog.query(givenUp ?? '')).toEqual([])
  await blog.query(never ?? '')
  expect(await blog.query(givenUp ?? '')).toMatchObject([{ id: 7, error: 'not worth it' }])

  await blog.query(`UPDATE vectorizer."BlogPost_embedding_store_queue" SET failed_at = now(), error = 'no'`)
  expect(await run('retry')).toBe(shown[1])
  const all = await run('retry', 'BlogPost.contentEmbeddings', '--all-rows')
  expect(all.replace('4 rows', '20,000 rows')).toBe(shown[2])
  expect(await run('pause', 'BlogPost.contentEmbeddings')).toBe(shown[3])
})
