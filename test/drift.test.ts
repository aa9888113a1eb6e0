// The drift matrix: every kind of object we make × every Prisma command. Nothing is dropped, made anew or changed, and
// Prisma sees nothing to do.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contentsOf, createWrappedApplication } from './support/application.ts'
import { createDatabase, type TestDatabase, withClient } from './support/databases.ts'
import { everyObject, type Found, models, ownSql, presenceOf, roles } from './support/every-object.ts'
import type { Project } from './support/project.ts'
import { inSync } from './support/whole-road.ts'

let database: TestDatabase
let project: Project
/** What is there after the documented steps. */
let made: ReadonlyMap<string, Found>

const diff = (from: string) => `migrate diff ${from} --to-schema prisma/schema --exit-code`
const sql = (text: string, url = database.url) => withClient(url, async (client) => (await client.query(text)).rows)
const look = (url = database.url) => withClient(url, presenceOf)
const objects = everyObject.map(({ name }) => [name])

/** Roles are the server's, which on PGlite each database has of its own. */
const makeRoles = (url = database.url) =>
  sql(
    Object.values(roles)
      .map((role) => `DO 'BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object THEN NULL; END';`)
      .join('\n'),
    url,
  )

beforeAll(async () => {
  database = await createDatabase()
  await makeRoles()
  project = await createWrappedApplication(models, database)
  const schema = await project.read('prisma/schema/schema.prisma')
  const options = Object.entries(roles).map(([option, role]) => `  ${option} = "${role}"\n`)
  const block = '  provider = "prisma-generator-vectorizer"\n'
  await project.write('prisma/schema/schema.prisma', schema.replace(block, block + options.join('')))
  await project.prisma('migrate dev --create-only --name init')
  const init = (await project.list('prisma/migrations')).find((path) => path.endsWith('_init/migration.sql')) as string
  await project.write(init, (await project.read(init)) + ownSql)
  await project.prisma('migrate dev')
  await project.prisma('generate')
  await project.prisma('migrate dev')
  made = await look()
})
afterAll(async () => {
  for (const role of Object.values(roles)) await sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
  await project?.close()
  await database?.close()
})

describe('after the documented steps', () => {
  test.each(everyObject.map(({ name, shape }) => [name, shape] as const))('%s is there', (name, shape) => {
    expect(made.get(name)?.is).toMatch(shape)
  })
})

interface Command {
  readonly name: string
  /** Says whether Prisma saw nothing to do. */
  readonly run: () => Promise<void>
}

const printing = (command: string, line: string): Command => ({
  name: command,
  run: async () => expect((await project.prisma(command)).stdout).toContain(line),
})

const commands: readonly Command[] = [
  printing('migrate dev', inSync['migrate dev']),
  printing(diff('--from-migrations prisma/migrations'), inSync['migrate diff']),
  printing(diff('--from-config-datasource'), inSync['migrate diff']),
  printing('migrate status', 'Database schema is up to date!'),
  printing('migrate deploy', 'No pending migrations to apply.'),
  printing('db push', inSync['db push']),
  printing('validate', 'are valid'),
  {
    name: 'format',
    run: async () => {
      const derived = await project.read('prisma/schema/vectorizer.prisma')
      await project.prisma('format')
      expect(await project.read('prisma/schema/vectorizer.prisma')).toBe(derived)
      // Prisma aligns our lines in the application's models, and we leave them so.
      const aligned = await contentsOf(project, 'prisma')
      await project.prisma('format')
      expect(await contentsOf(project, 'prisma')).toEqual(aligned)
    },
  },
  {
    name: 'generate',
    run: async () => {
      const before = await contentsOf(project)
      expect((await project.prisma('generate')).stdout).not.toContain('prisma-vectorizer: ')
      expect(await contentsOf(project)).toEqual(before)
    },
  },
]

describe.each(commands.map(({ name, run }) => [name, run] as const))('%s', (_, run) => {
  let after: ReadonlyMap<string, Found>
  let failure: unknown
  beforeAll(async () => {
    failure = await run().then(
      () => undefined,
      (error: unknown) => error,
    )
    after = await look()
  })

  test('sees nothing to do', () => {
    if (failure) throw failure
  })
  test.each(objects)('leaves %s as it is', (object) => {
    expect(after.get(object)).toEqual(made.get(object))
  })
})

describe('migrate deploy on a database that is made again', () => {
  const definitions = (found: ReadonlyMap<string, Found>) => new Map([...found].map(([name, { is }]) => [name, is]))

  describe.each([
    ['a new database', async () => {}],
    // `migrate reset` without the right to drop databases: what is not in the schema `public` stays.
    [
      'one whose schema was reset',
      async (url: string) => {
        await deploy(url)
        await sql('DROP SCHEMA public CASCADE; CREATE SCHEMA public', url)
      },
    ],
  ])('%s', (_, prepare) => {
    let again: TestDatabase
    let after: ReadonlyMap<string, string>
    beforeAll(async () => {
      again = await createDatabase()
      await makeRoles(again.url)
      await prepare(again.url)
      await deploy(again.url)
      after = definitions(await look(again.url))
    })
    afterAll(() => again?.close())

    test.each(objects)('makes %s', (object) => {
      expect(after.get(object)).toBe(made.get(object)?.is)
    })
    test('is in sync', async () => {
      await elsewhere(again.url, (copy) => copy.prisma(diff('--from-config-datasource')))
    })
  })

  const deploy = (url: string) => elsewhere(url, (copy) => copy.prisma('migrate deploy'))
})

/** A copy of the project with another database. */
async function elsewhere<T>(url: string, use: (copy: Project) => Promise<T>): Promise<T> {
  await using copy = await createWrappedApplication('', { url, shadowUrl: database.shadowUrl })
  for (const [path, text] of Object.entries(await contentsOf(project))) await copy.write(path, text)
  return await use(copy)
}

describe('db pull', () => {
  test('and then generate: the schema is as it was but for what Prisma forgets, and in sync', async () => {
    await elsewhere(database.url, async (copy) => {
      const derived = await copy.read('prisma/schema/vectorizer.prisma')
      await copy.prisma('db pull')
      // Prisma knows no lengths of these types. Ours come back from the annotation; of a field of the application's own
      // nothing but its annotation can say what the length was.
      expect(await copy.read('prisma/schema/vectorizer.prisma')).toMatch(/ Unsupported\("vector"\)/u)
      await copy.prisma('generate')
      expect(await copy.read('prisma/schema/vectorizer.prisma')).toBe(derived)
      const own = await copy.read('prisma/schema/schema.prisma')
      expect(own).toMatch(/ embedding +Unsupported\("vector\(8\)"\)\?\n +nameVector +Unsupported\("vector\(8\)"\)\?\n/u)
      expect(own).toMatch(/ plain +Unsupported\("vector"\)\?\n/u)
      for (const line of models.match(/^.*(?:@vector|^model ).*$/gmu) as string[]) {
        expect(own).toContain(line.replace(/^.*(?=\/\/\/)/u, ''))
      }
      const pulled = await contentsOf(copy)
      expect((await copy.prisma('generate')).stdout).not.toContain('prisma-vectorizer: ')
      expect(await contentsOf(copy)).toEqual(pulled)
      expect((await copy.prisma('migrate dev')).stdout).toContain(inSync['migrate dev'])
      await copy.prisma(diff('--from-migrations prisma/migrations'))

      await copy.write('prisma/schema/schema.prisma', own.replace('@vector(dimensions: 8)', '@vector()'))
      expect((await copy.prisma('validate', { code: 1 })).stderr).toContain('VZ103 Picture.plain: neither @vector nor')
    })
  })
  test.each(objects)('leaves %s as it is', async (object) => {
    expect((await look()).get(object)).toEqual(made.get(object))
  })
})
