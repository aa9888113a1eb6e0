// Walks one application through its migrations, and looks after every step whether all that was promised still holds.
import { resolveEmbedder } from '@prisma-vectorizer/embedders'
import type { AnySpec, VectorizerSpec } from '@prisma-vectorizer/spec'
import { createWorker } from '@prisma-vectorizer/worker'
import pg from 'pg'
import { afterAll, beforeAll, expect } from 'vitest'
import { search } from '../../packages/client-extension/src/find-similar/search.ts'
import { queryParameter } from '../../packages/client-extension/src/query/query-parameter.ts'
import { statementInput } from '../../packages/client-extension/test/support/statement-input.ts'
import { createWrappedApplication, datasource, generators } from '../support/application.ts'
import { createDatabase, type TestDatabase } from '../support/databases.ts'
import type { Project } from '../support/project.ts'

const inSync = 'Already in sync, no schema change or pending migration was found.'

/** The SQL that Prisma Migrate would write. */
export const asPrisma = 'as Prisma Migrate writes it'
const difference = 'migrate diff --from-migrations prisma/migrations --to-schema prisma/schema --script'

export interface Step {
  /** What the two commands said. */
  readonly output: string
  /** Names, without timestamp, of the migrations that the step wrote. */
  readonly names: readonly string[]
  /** The SQL of those that are ours. */
  readonly sql: string
  /** What the worker did after it. */
  readonly embedded: number
}

/** Registers the hooks; what it returns works inside the tests, which must run in order. */
export function useWalk(models: string) {
  let database: TestDatabase
  let project: Project
  let client: pg.Client
  const warnings: string[] = []
  const run = async (sql: string, values: unknown[] = []) => (await client.query(sql, values)).rows

  beforeAll(async () => {
    database = await createDatabase()
    project = await createWrappedApplication(models, database)
    // One session through all of it: what it has planned must not break either.
    client = new pg.Client(database.url)
    client.on('notice', ({ severity, message }) => {
      if (severity === 'WARNING') warnings.push(message ?? '')
    })
    await client.connect()
  })
  afterAll(async () => {
    await client.end()
    await project.close()
    await database.close()
  })

  const migrations = async () =>
    (await project.list('prisma/migrations'))
      .filter((path) => path.endsWith('.sql'))
      .map((path) => path.split('/')[2] ?? '')

  const writeModels = async (text: string) => {
    const { client: prisma, vectorizer } = generators('../../generated')
    await project.write('prisma/schema/schema.prisma', [datasource, prisma, vectorizer, text].join('\n'))
  }

  /** Embeds what is queued. */
  async function drain(): Promise<number> {
    const worker = createWorker({ database: database.url })
    const { embedded, failed } = await worker.drain()
    await worker.stop()
    expect(failed).toBe(0)
    return embedded
  }

  /**
   * Migrates to `text` (default: the schema as it is) until nothing is left to do, and embeds what that queued. `sql` is a
   * migration written by hand, as for a rename, which Prisma would make a drop and an add; or Prisma's own where it would
   * ask before it applies that (`asPrisma`).
   */
  async function step(text?: string, sql?: string): Promise<Step> {
    if (text !== undefined) await writeModels(text)
    const before = new Set(await migrations())
    if (sql !== undefined) {
      const written = sql === asPrisma ? (await project.prisma(difference)).stdout : `${sql}\n`
      const timestamp = new Date().toISOString().replace(/\D/gu, '').slice(0, 14)
      await project.write(`prisma/migrations/${timestamp}_step/migration.sql`, written)
    }
    let output = ''
    for (let round = 0; round < 4; round++) {
      const { stdout, stderr } = await project.prisma(`migrate dev --name step`)
      output += stdout + stderr
      if (stdout.includes(inSync) && !stderr.includes('waits for a migration')) break
      expect(round).toBeLessThan(3)
    }
    const added = (await migrations()).filter((name) => !before.has(name))
    const texts = await Promise.all(added.map((name) => project.read(`prisma/migrations/${name}/migration.sql`)))
    return {
      output,
      names: added.map((name) => name.replace(/^\d+_/u, '')),
      sql: texts.filter((sql) => sql.includes('-- prisma-vectorizer:')).join('\n'),
      embedded: await drain(),
    }
  }

  const registered = async (): Promise<readonly AnySpec[]> =>
    (await run('SELECT spec FROM vectorizer.vectorizer ORDER BY name')).map(({ spec }) => spec as AnySpec)

  /** Keys of the rows nearest to `question`, as text, by the statement of `findSimilar`. */
  async function find(question: string, accessor: string, take = 1): Promise<string[]> {
    const spec = (await registered()).find((each) => each.accessor === accessor) as VectorizerSpec
    const embedder = await resolveEmbedder(spec)
    const { vectors } = await embedder.embed([question], { purpose: 'query' })
    const query = queryParameter(vectors[0] as number[], spec, 'text')
    const { hits } = await search(
      async ({ text, values }) => run(text, [...values]),
      statementInput({ spec, query, take }),
    )
    return hits.map(({ key }) => key.join(' '))
  }

  return {
    run,
    step,
    find,
    drain,
    warnings,
    registered,
    writeModels,
    migrations,
    project: () => project,
    database: () => database,
  }
}
