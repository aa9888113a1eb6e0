// LISTEN on PostgreSQL: an idle worker wakes at once, also after the connection was lost. And what a role without rights
// is told.
import pg from 'pg'
import { expect, test } from 'vitest'
import { eventually, openBlog } from './support/blog.ts'
import { recordingLogger } from './support/fake-embedders.ts'
import { createRole } from './support/roles.ts'

test.each(['a URL', 'a pool'])('a notification wakes an idle worker, from %s', async (kind) => {
  await using blog = await openBlog()
  const logger = recordingLogger()
  const pool = new pg.Pool({ connectionString: blog.url, max: 4, application_name: 'prisma-vectorizer' })
  pool.on('error', () => {})
  const database = kind === 'a pool' ? pool : blog.url
  const worker = blog.worker({ database, logger, listen: true, pollInterval: 3_600_000 })
  const running = worker.run()
  const listeners = () =>
    blog.query<{ pid: number }>(`SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND query = 'LISTEN vectorizer' AND state = 'idle'`)
  await eventually(async () => (await listeners()).length === 1)
  // The look that follows a connection must be over, or it would find the row by itself.
  await new Promise((resolve) => setTimeout(resolve, 300))
  await blog.insert(['One.'])
  const insertedAt = Date.now()
  await blog.query('NOTIFY vectorizer')
  await eventually(async () => (await blog.stored()).length === 1)
  expect(Date.now() - insertedAt).toBeLessThan(3_000)

  const [lost] = await listeners()
  await blog.query('SELECT pg_terminate_backend($1)', [lost?.pid])
  await blog.insert(['Two.'])
  await eventually(async () => (await blog.stored()).length === 2)
  expect(logger.lines.filter((line) => /listen/.test(line))).toEqual([
    'warn the connection that listens is lost, connecting again',
    'info listening again',
  ])
  await worker.stop()
  await running
  expect(await listeners()).toEqual([])
  await pool.end()
})

test('a role that may not read the registry is told what to grant; one without heartbeats works on', async () => {
  await using blog = await openBlog()
  await using role = await createRole(blog)
  const looking = blog.worker({ database: role.url })
  await expect(looking.status()).rejects.toThrow(
    `VZ507 The role \`${role.name}\` may not read the registry of vectorizers.`,
  )
  await blog.query(`GRANT USAGE ON SCHEMA vectorizer TO ${role.name}`)
  await expect(looking.status()).rejects.toThrow(`GRANT SELECT ON vectorizer.vectorizer TO "${role.name}"`)
  await blog.query(`GRANT SELECT ON ALL TABLES IN SCHEMA vectorizer, public TO ${role.name};
    GRANT ALL ON vectorizer."BlogPost_embedding_store_queue", "BlogPost", "BlogPost_embedding_store" TO ${role.name};
    REVOKE ALL ON vectorizer.worker FROM ${role.name}`)
  await blog.insert(['One.'])
  const logger = recordingLogger()
  const worker = blog.worker({ database: role.url, logger })
  expect(await worker.drain()).toMatchObject({ embedded: 1, drained: true })
  expect(await worker.status()).toMatchObject([{ embedded: 1, processed: 0, error: undefined }])
  expect(await worker.workers()).toEqual([])
  await worker.stop()
  expect(logger.lines.filter((line) => line.includes('heartbeats'))).toEqual([
    'warn heartbeats cannot be written, embedding goes on without: permission denied for table progress',
  ])
  await looking.stop()
})
