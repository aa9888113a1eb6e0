// The least a worker's role needs: with these rights all of the worker's work succeeds, and without any one of them some
// of it fails.
import type { RowFilter, VectorizerSpec } from '@prisma-vectorizer/spec'
import { expect, test } from 'vitest'
import { type Blog, openBlog } from './support/blog.ts'
import { always, refusing } from './support/fake-embedders.ts'
import { createRole, type TestRole } from './support/roles.ts'
import { blogPost, blogPostColumn, blogPostTable, installVectorizer } from './support/vectorizers.ts'

const filter: RowFilter = {
  kind: 'compare',
  column: { field: 'views', column: 'views', type: 'number', sqlType: 'INTEGER' },
  operator: '<',
  value: 10,
}
const inSchema = (spec: VectorizerSpec): VectorizerSpec => ({
  ...spec,
  source: { ...spec.source, schema: 'app', filter },
  store: { ...spec.store, schema: spec.store.kind === 'table' ? 'stores' : 'app' },
})
const table = inSchema(blogPost)
const column = inSchema(blogPostColumn)

/** The right on each column by itself. */
function each(right: string, columns: readonly string[], on: string): string[] {
  return columns.map((name) => `${right} (${name}) ON ${on}`)
}

const common = [
  'USAGE ON SCHEMA vectorizer',
  'USAGE ON SCHEMA app',
  'SELECT ON vectorizer.vectorizer',
  ...each('SELECT', ['id', 'title', 'content', 'views'], 'app."BlogPost"'),
]
const queueRights = (queue: string) => [
  `SELECT ON vectorizer."${queue}"`,
  ...each('UPDATE', ['lease', 'not_before', 'attempts', 'error', 'failed_at'], `vectorizer."${queue}"`),
  `DELETE ON vectorizer."${queue}"`,
]
const store = 'stores."BlogPost_embedding_store"'

test.each([
  [
    'a table',
    table,
    [
      ...common,
      ...queueRights('BlogPost_embedding_store_queue'),
      // Row locks need UPDATE on any one column.
      'UPDATE (id) ON app."BlogPost"',
      'USAGE ON SCHEMA stores',
      ...each('SELECT', ['embedding_uuid', 'id', 'chunk_seq'], store),
      ...each('INSERT', ['id', 'chunk_seq', 'chunk', 'embedding'], store),
      `UPDATE (embedding_uuid) ON ${store}`,
      `DELETE ON ${store}`,
    ],
  ],
  [
    'a column',
    column,
    [
      ...common,
      ...queueRights('BlogPost_embedding_queue'),
      'SELECT (embedding) ON app."BlogPost"',
      'UPDATE (embedding) ON app."BlogPost"',
    ],
  ],
] as const)('vectors in %s: every right is needed, and no other', async (_, spec, rights) => {
  await using blog = await openBlog({
    sql: `CREATE SCHEMA app; CREATE SCHEMA stores; SET search_path = app, public;
      ${blogPostTable} ${installVectorizer(spec)} RESET search_path`,
  })
  await using role = await createRole(blog)
  for (const right of rights) await blog.query(`GRANT ${right} TO ${role.name}`)
  expect(await workAll(blog, spec, role)).toEqual([])
  for (const right of rights) {
    await blog.query(`REVOKE ${right} FROM ${role.name}`)
    expect(await workAll(blog, spec, role), right).not.toEqual([])
    await blog.query(`GRANT ${right} TO ${role.name}`)
  }
  expect(await workAll(blog, spec, role)).toEqual([])
})

/** Everything a worker does: writes, replaces, removes, fails and returns rows, counts. What goes wrong. */
async function workAll(blog: Blog, spec: VectorizerSpec, role: TestRole): Promise<string[]> {
  const queue = `vectorizer."${spec.name}_queue"`
  await blog.query(`TRUNCATE app."BlogPost" RESTART IDENTITY CASCADE; TRUNCATE ${queue};
    INSERT INTO app."BlogPost" (content) VALUES ('Old.'), ('To be blank.'), ('To be poison.'), ('To be gone.')`)
  await blog.worker().drain()
  await blog.query(`UPDATE app."BlogPost" SET content = (ARRAY['New.', '', 'poison'])[id] WHERE id < 4;
    INSERT INTO ${queue} VALUES (99)`)
  // Of an outage that empties nothing the next drain would not.
  const down = blog.worker({ database: role.url, embedder: () => Promise.reject(new Error('down')) })
  const worker = blog.worker({ database: role.url, embedder: always(refusing('poison')) })
  const wrong: string[] = []
  try {
    const label = `${spec.source.model}.${spec.accessor}`
    const outage = (await down.processBatch(label, { limit: 1 })).outage?.message
    if (outage !== 'down') wrong.push(`outage: ${outage}`)
    const [released] = await blog.query(`SELECT FROM ${queue} WHERE lease IS NOT NULL`)
    if (released) wrong.push('a row was not released')
    await blog.query(`UPDATE ${queue} SET not_before = '-infinity'`)
    const summary = await worker.drain()
    if (summary.vectorizers.length === 0) wrong.push('no vectorizer')
    for (const { error } of summary.vectorizers) if (error !== undefined) wrong.push(error)
    if (summary.embedded !== 2 || summary.removed !== 1 || summary.failed !== 1) wrong.push(JSON.stringify(summary))
    for (const { error } of await worker.status()) if (error !== undefined) wrong.push(error)
  } catch (error) {
    wrong.push(String(error))
  }
  await Promise.all([worker.stop(), down.stop()])
  return wrong
}

test('a missing right is called that', async () => {
  await using blog = await openBlog()
  await using role = await createRole(blog)
  await blog.query(
    `GRANT USAGE ON SCHEMA vectorizer TO ${role.name}; GRANT SELECT ON vectorizer.vectorizer TO ${role.name}`,
  )
  await blog.insert(['Text.'])
  const worker = blog.worker({ database: role.url })
  expect((await worker.drain()).vectorizers[0]?.error).toBe(
    `VZ504 BlogPost.contentEmbeddings: permission denied for table BlogPost_embedding_store_queue.
  why: The role that the worker connects as lacks a right.
  fix: Grant it, or let the worker connect as the role that owns the tables.`,
  )
  await worker.stop()
})
