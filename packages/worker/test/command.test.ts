import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { parseDuration } from '../src/arguments.ts'
import { findDatabaseUrl } from '../src/configuration.ts'
import { openBlog } from './support/blog.ts'
import { runCommand } from './support/run-command.ts'
import { author, authorTable, blogPost, blogPostTable, installVectorizer } from './support/vectorizers.ts'

let folder: string
beforeEach(async () => {
  vi.stubEnv('DATABASE_URL', undefined)
  folder = await mkdtemp(join(tmpdir(), 'vectorizer-command-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

const run = (...args: string[]) => runCommand(args, folder)

describe('the command line', () => {
  test('migrate needs the Prisma CLI of the application', async () => {
    const { code, stderr } = await run('migrate', 'dev')
    expect(code).toBe(1)
    expect(stderr).toBe(`VZ508 The Prisma CLI is not installed in ${folder}.
  why: \`prisma-vectorizer migrate\` runs the one of your application.
  fix: Run \`npm install --save-dev prisma\`, or go to the folder of the application.
`)
  })

  test('a misspelt argument of a subcommand points to its help', async () => {
    const { code, stderr } = await run('migrate', 'dev', '--nmae', 'x')
    expect(code).toBe(1)
    expect(stderr).toContain("VZ506 Unknown option '--nmae'. (Did you mean --name?)")
    expect(stderr).toContain('See `prisma-vectorizer migrate dev --help`.')
  })

  test('explains itself', async () => {
    const { code, stdout } = await run('worker', '--help')
    expect(code).toBe(0)
    for (const option of [
      '--once',
      '--vectorizer',
      '--concurrency',
      '--batch-size',
      '--poll-interval',
      '--log-level',
      '--exit-on-error',
      '--max-attempts',
      '--lease-seconds',
      '--health-port',
      '--listen',
      '--config',
      'PRISMA_VECTORIZER_BATCH_SIZE',
    ]) {
      expect(stdout).toContain(option)
    }
  })

  test.each([
    [['worker', '--onze'], "VZ506 Unknown option '--onze'. (Did you mean --once?)"],
    [['worker', '--concurrency', '0'], 'It must be a whole number from 1 to 10000.'],
    [['worker', '--poll-interval', 'soon'], 'It must be a duration up to 24h'],
    [['worker', '--log-level', 'loud'], 'Allowed choices are debug, info, warn, error, silent.'],
    [['wroker'], "VZ506 Unknown command 'wroker'. (Did you mean worker?)"],
    [['status', 'extra'], 'VZ506 Too many arguments'],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await run(...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).toMatch(/^VZ506 .*\n {2}fix: See `prisma-vectorizer .*--help`\.\n$/)
  })

  test.each([
    ['500', 500],
    ['500ms', 500],
    ['1s', 1_000],
    ['1.5s', 1_500],
    ['5m', 300_000],
    ['1h', 3_600_000],
  ])('reads the duration %s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds)
  })
})

describe('the database URL', () => {
  test('is asked for where there is none', async () => {
    const { code, stderr } = await run('worker', '--once')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^VZ501 No database URL was given\.\n/)
    expect(stderr).not.toContain('    at ')
  })

  test('comes from the flag, then the environment, then prisma.config.ts', async () => {
    await writeFile(join(folder, 'package.json'), '{"type":"module"}')
    await writeFile(
      join(folder, 'prisma.config.ts'),
      `export default { schema: 'schema.prisma', datasource: { url: 'postgresql://config/d' } }`,
    )
    await linkPrisma()
    const environment = { DATABASE_URL: 'postgresql://environment/d' }
    expect(await findDatabaseUrl('postgresql://flag/d', folder, environment)).toBe('postgresql://flag/d')
    expect(await findDatabaseUrl(undefined, folder, environment)).toBe('postgresql://environment/d')
    expect(await findDatabaseUrl(undefined, folder, {})).toBe('postgresql://config/d')
  })

  test('is read from .env', async () => {
    await writeFile(join(folder, '.env'), 'DATABASE_URL=postgresql://me:secret@127.0.0.1:1/d')
    const { code, stderr } = await run('status')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^VZ507 The database cannot be reached\.\n {2}why: .*127\.0\.0\.1:1\n/)
    expect(stderr).not.toContain('secret')
  })

  /** As `npm install prisma` would. */
  async function linkPrisma(): Promise<void> {
    const { symlink } = await import('node:fs/promises')
    await symlink(new URL('../../../node_modules', import.meta.url), join(folder, 'node_modules'))
  }
})

describe('on a database', () => {
  const local = { ...blogPost, model: 'local/hash' }

  test('worker --once embeds what is queued, and status says so', async () => {
    await using blog = await openBlog({ spec: local })
    await blog.insert(['One.', 'Two.'])
    const once = await run('worker', '--once', '--database-url', blog.url)
    expect({ ...once, stderr: JSON.parse(once.stderr).msg }).toEqual({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^BlogPost\.contentEmbeddings: embedded 2 rows \(2 chunks\) in \d+\.\d s$/),
    })
    const { stdout } = await run('status', '--database-url', blog.url)
    const header = 'pending  in flight  retrying  failed  oldest  embedded  chunks  reused  tokens  cost  model'
    const counts = '      0          0         0       0       -         2       2       0       0     -  local/hash'
    expect(stdout).toBe(
      [
        `vectorizer                  ${header}`,
        `BlogPost.contentEmbeddings  ${counts}`,
        '',
        'No worker is alive.',
        '',
      ].join('\n'),
    )
    const json = await run('status', '--json', '--database-url', blog.url)
    expect(JSON.parse(json.stdout)).toMatchObject({
      vectorizers: [{ name: 'BlogPost.contentEmbeddings', embedded: 2, pending: 0, processed: 2 }],
      workers: [{ state: 'stopped', embedded: 2, failed: 0 }],
    })
  })

  test('worker --once says what it could not embed, and exits with 1', async () => {
    const sql = [
      blogPostTable,
      installVectorizer(local),
      authorTable,
      installVectorizer({ ...author, model: 'no/such' }),
    ]
    await using blog = await openBlog({ sql: sql.join('\n') })
    await blog.query(`INSERT INTO people.authors VALUES (gen_random_uuid(), 1, now(), 'plain', 'Bio', '1815-12-10')`)
    await blog.query(`ALTER TABLE "BlogPost_embedding_store" ADD CHECK (chunk NOT LIKE '%Two%')`)
    await blog.insert(['One.', 'Two.'])
    const { code, stderr } = await run('worker', '--once', '--log-level', 'silent', '--database-url', blog.url)
    expect(code).toBe(1)
    expect(stderr).toContain('Author.bioEmbeddings was not embedded: VZ401')
    expect(stderr).toContain('BlogPost.contentEmbeddings: 1 row has failed.')
    expect(await blog.stored()).toHaveLength(1)
    await blog.query('UPDATE vectorizer.authors_embedding_store_queue SET not_before = now()')
    const ended = await run('worker', '--exit-on-error', '--log-level', 'silent', '--database-url', blog.url)
    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/^VZ525 Author\.bioEmbeddings cannot be embedded\.\n {2}why: VZ401 /)
  })

  test('worker --once on a database without vectorizers is no failure', async () => {
    await using blog = await openBlog({ sql: 'SELECT' })
    const { code, stderr } = await run('worker', '--once', '--database-url', blog.url)
    expect(code).toBe(0)
    expect(stderr).toContain('VZ502 The database holds no vectorizers.')
    expect(stderr).toContain('prisma migrate deploy')
  })

  test('an unknown vectorizer is refused', async () => {
    await using blog = await openBlog({ spec: local })
    const { code, stderr } = await run('worker', '--vectorizer', 'Blog', '--database-url', blog.url)
    expect(code).toBe(1)
    expect(stderr).toBe('VZ503 The database has no vectorizer `Blog`.\n  fix: It has: BlogPost.contentEmbeddings.\n')
  })
})
