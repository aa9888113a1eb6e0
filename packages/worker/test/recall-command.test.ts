// prisma-vectorizer recall as a command: what it prints, draws and refuses.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, type TestDatabase, withClient } from '../../../test/support/databases.ts'
import { few, half, note, photo, recallSql, rows } from './support/recall.ts'
import { runCommand } from './support/run-command.ts'
import { expectWellFormed } from './support/well-formed.ts'

let database: TestDatabase
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vectorizer-recall-'))
  const sql = `${recallSql([photo, note, few, half])} DELETE FROM "Few" WHERE id > 40; ANALYZE "Few";`
  database = await createDatabase({ sql })
})
afterAll(async () => {
  await database.close()
  await rm(folder, { recursive: true })
})

const execute = (sql: string) => withClient(database.url, (client) => client.query(sql))

const run = (...args: string[]) => runCommand(['recall', ...args, '--database-url', database.url], folder)

describe('the command', () => {
  test('prints a table and draws a plot', async () => {
    const { code, stdout, stderr } = await run(
      'BlogPost.contentEmbeddings',
      '--queries',
      '8',
      '--target',
      '1',
      '--svg',
      'recall.svg',
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.split('\n')
    expect(lines[0]).toBe('BlogPost.contentEmbeddings: recall@10 of its hnsw index (m=4, ef_construction=8)')
    expect(lines[1]).toMatch(/^half precision, \d+ kB; 3,000 vectors of 16 dimensions, cosine$/)
    expect(lines[2]).toBe('8 queries, each mixed of two stored vectors (seed 1)')
    expect(lines.slice(3, 5)).toEqual(['', 'hnsw.ef_search  recall@10  worst  median ms  p95 ms'])
    expect(stdout).toMatch(/\n {12}10 {6}0\.\d{3} {2}[01]\.\d00 +[\d.,]+ +[\d.,]+\n/)
    expect(stdout).toMatch(/\n {11}100 .* default of findSimilar\n/)
    expect(stdout).toMatch(/\n {9}exact {6}1\.000 /)
    expect(stdout).toMatch(/\n {2}db\.blogPost\.findSimilar\(query, \{ (efSearch: \d+|exact: true) \}\)\n/)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100)

    const svg = await readFile(join(folder, 'recall.svg'), 'utf8')
    expectWellFormed(svg)
    expect(svg).toContain('<title id="title">BlogPost.contentEmbeddings: recall@10</title>')
    expect(svg.match(/<circle /g)).toHaveLength(7)
  })

  test('prints JSON for programs', async () => {
    const { code, stdout } = await run(
      'Photo.embedding',
      '--json',
      '--k',
      '5',
      '--queries',
      '10',
      '--target',
      '1',
      '--seed',
      '3',
    )
    expect(code).toBe(0)
    const report = JSON.parse(stdout)
    expect(report).toMatchObject({
      vectorizer: 'Photo.embedding',
      k: 5,
      seed: 3,
      target: 1,
      vectors: rows - rows / 50,
      queries: 10,
      index: { method: 'ivfflat', use: 'planned', parameters: ['lists=32'] },
      setting: 'ivfflat.probes',
      default: 6,
      notes: [],
    })
    const { value } = report.recommendation
    expect(report.points.find((point: { value: number }) => point.value === value).recall).toBe(1)
    expect(report.exact.medianMs).toBeGreaterThan(0)
  })

  test('searches for the queries of a file', async () => {
    const line = (at: number) => `[${Array.from({ length: 16 }, (_, index) => (index === at ? 1 : 0))}]\n`
    await writeFile(join(folder, 'queries.jsonl'), line(0) + line(7) + line(15))
    const { code, stdout } = await run('Photo.embedding', '--embeddings', 'queries.jsonl')
    expect(code).toBe(0)
    expect(stdout.split('\n')[2]).toBe('3 queries of queries.jsonl')
    expect(stdout).toMatch(/\n +32 +1\.000 /)
    const report = JSON.parse((await run('Photo.embedding', '--embeddings', 'queries.jsonl', '--json')).stdout)
    expect(report).toMatchObject({ queries: 3, embeddings: 'queries.jsonl' })
    expect(report).not.toHaveProperty('seed')

    await writeFile(join(folder, 'wrong.jsonl'), `${line(0)}[1,2]\n`)
    expect(await run('Photo.embedding', '--embeddings', 'wrong.jsonl')).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^VZ506 `--embeddings`: line 2 has 2 numbers, not 16\./),
    })
  })

  test('says that a table is too small for its index to be used, and measures it all the same', async () => {
    const { code, stdout } = await run('Few.embedding', '--k', '5', '--queries', '5')
    expect(code).toBe(0)
    expect(stdout).toContain(
      'PostgreSQL does not use the index now: for 40 vectors its planner reads the whole table.\n' +
        'findSimilar is exact then, its recall is 1 whatever is set.',
    )
    expect(stdout).toContain('with enable_seqscan off, in this transaction only')
    expect(stdout).toMatch(/\n +10 +1\.000 /)
  })

  test('says that an index is missing', async () => {
    await execute('DROP INDEX "Half_embedding_idx"')
    const { code, stdout, stderr } = await run('Half.embedding', '--queries', '3', '--svg', 'none.svg')
    expect(code).toBe(0)
    expect(stdout).toContain('PostgreSQL does not use the index, not even with enable_seqscan off')
    expect(stdout).toContain('prisma-vectorizer doctor')
    expect(stdout).not.toMatch(/\n +10 /)
    expect(stderr).toMatch(/none\.svg is not written/)
  })

  test('says that there is no index to measure', async () => {
    const { code, stdout } = await run('Note.embedding')
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'Note.embedding has no index: every search reads all vectors, so it is exact and its recall is 1.\n',
    })
    expect(JSON.parse((await run('Note.embedding', '--json')).stdout)).toMatchObject({ index: null })
  })

  test.each([
    [['x'], 'VZ503 The database has no vectorizer `x`.\n  fix: It has: BlogPost.contentEmbeddings, Few.embedding,'],
    [[], 'VZ506 The database has 5 vectorizers and vector fields, and none is named.'],
    [
      ['Few.embedding', '--k', '40'],
      'VZ506 Few.embedding holds 40 vectors that can be searched for, which is too few for `--k 40`.',
    ],
    [['--svg', 'no/such/folder.svg'], 'VZ506 `--svg`: '],
    [['--svg', '.'], 'why: It is a folder.'],
    [['--embeddings', 'nowhere.jsonl'], 'nowhere.jsonl cannot be read.'],
    [
      ['--embeddings', 'x', '--queries', '5'],
      "VZ506 Option '--embeddings <file>' cannot be used with option '--queries <n>'.",
    ],
    [['--k', '0'], "VZ506 Option '--k <n>' argument '0' is invalid. It must be a whole number from 1 to 10000."],
    [['--k', '1001'], 'It must be a whole number from 1 to 1000.'],
    [['--seed', '1.5'], 'It must be a whole number from 0 to 2147483647.'],
    [['--target', '95'], 'It must be a number above 0 and at most 1, such as 0.95.'],
    [
      ['--quereis', '5'],
      "VZ506 Unknown option '--quereis'. (Did you mean --queries?)\n  fix: See `prisma-vectorizer recall --help`.",
    ],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await run(...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(message)
  })

  test('refuses a vectorizer whose store is gone, or whose columns are, and one of another version', async () => {
    await execute('ALTER TABLE "Photo" RENAME embedding TO vectors')
    expect((await run('Photo.embedding')).stderr).toMatch(
      /^VZ504 Photo\.embedding: column "embedding" does not exist\./,
    )
    await execute('DROP TABLE "Photo"')
    expect((await run('Photo.embedding')).stderr).toMatch(/^VZ504 Photo\.embedding: its store `Photo` was dropped\./)
    await execute(
      `UPDATE vectorizer.vectorizer SET spec = jsonb_set(spec, '{version}', '2') WHERE name = 'Photo_embedding'`,
    )
    expect((await run('Photo_embedding')).stderr).toMatch(/^VZ505 Photo_embedding has a spec of version 2/)
  })

  test('takes the only one there is, and refuses where there is none', async () => {
    await execute(`DELETE FROM vectorizer.vectorizer WHERE name <> 'Note_embedding'`)
    expect((await run()).stdout).toContain('Note.embedding has no index')
    await execute('DELETE FROM vectorizer.vectorizer')
    expect((await run()).stderr).toMatch(/^VZ502 The database holds no vectorizers\./)
    await execute('DROP SCHEMA vectorizer CASCADE')
    expect(await run('BlogPost.contentEmbeddings')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^VZ502 The database holds no vectorizers\./),
    })
  })
})
