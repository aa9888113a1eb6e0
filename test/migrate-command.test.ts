// `prisma-vectorizer migrate dev`: one command from an annotation to a database that queues, with and without
// withVectorizer.
import { afterEach, describe, expect, it } from 'vitest'
import { createPlainApplication, createWrappedApplication, datasource, generators } from './support/application.ts'
import { createDatabase, type TestDatabase, withClient } from './support/databases.ts'
import type { Project } from './support/project.ts'

const model = (annotation: string) => `model Note {
  id   Int    @id @default(autoincrement())
${annotation}  text String
}
`
const annotated = model('  /// @vectorizer(dimensions: 3)\n')
const command = 'node_modules/@prisma-vectorizer/worker/bin/prisma-vectorizer.js'

describe('prisma-vectorizer migrate dev', () => {
  let database: TestDatabase
  let project: Project
  afterEach(async () => {
    await project.close()
    await database.close()
  })
  const migrate = (...args: string[]) => project.node([command, 'migrate', 'dev', ...args])
  const queued = () =>
    withClient(database.url, async (client) => {
      await client.query(`INSERT INTO "Note" (text) VALUES ('a text')`)
      return (await client.query('SELECT key_id FROM vectorizer."Note_embedding_store_queue"')).rows
    })

  it('takes a new model with an annotation to a database that queues its rows', async () => {
    database = await createDatabase()
    project = await createWrappedApplication(annotated, database)
    const { stdout } = await migrate('--name', 'init')
    expect(await queued()).toEqual([{ key_id: 1 }])
    const names = (await project.list('prisma/migrations')).map((path) => path.split('/')[2]?.replace(/^\d+_/u, ''))
    expect(names).toEqual(['vectorizer_extension', 'init', 'vectorize_note_text', 'migration_lock.toml'])
    expect(await project.list('generated')).toContain('generated/prisma/models/NoteTextEmbeddings.ts')
    expect(stdout).toContain('in sync')
    expect((await project.prisma('migrate dev')).stdout).toContain('Already in sync')
  })

  it('does the same with the generator alone', async () => {
    database = await createDatabase()
    const { client, vectorizer } = generators('../generated')
    project = await createPlainApplication([datasource, client, vectorizer, annotated], database)
    await migrate('--name', 'init')
    expect(await queued()).toEqual([{ key_id: 1 }])
    expect(await project.list('generated')).toContain('generated/prisma/models/NoteTextEmbeddings.ts')
    expect((await project.prisma('migrate dev')).stdout).toContain('Already in sync')
  })

  it('says what embedding again costs before it is applied, with the config that Prisma is given', async () => {
    database = await createDatabase()
    project = await createWrappedApplication(annotated, database)
    const config = await project.read('prisma.config.ts')
    await project.write('settings/app.config.ts', config.replaceAll(": 'prisma/", ": '../prisma/"))
    await project.remove('prisma.config.ts')
    await migrate('--name', 'init', '--config', 'settings/app.config.ts')
    await withClient(database.url, (client) =>
      client.query(`INSERT INTO "Note" (text) VALUES ('a text'), ('another text');
        INSERT INTO "Note_embedding_store" (id, chunk_seq, chunk, embedding) SELECT id, 0, text, '[1,2,3]' FROM "Note"`),
    )
    const schema = await project.read('prisma/schema/schema.prisma')
    await project.write('prisma/schema/schema.prisma', schema.replace('dimensions: 3', 'dimensions: 4'))

    const { stderr } = await migrate('--config=settings/app.config.ts')
    const cost = 'prisma-vectorizer: Note.text: 2 rows to embed; stored now: 2 chunks, about 5 tokens\n'
    expect(stderr).toContain(cost)
    expect(stderr.indexOf(cost)).toBeLessThan(stderr.indexOf('$ prisma migrate dev'))
    expect(stderr.split(cost)).toHaveLength(2)
    const down = [command, 'migrate', 'down', 'revectorize_note_text', '--config', 'settings/app.config.ts']
    expect((await project.node(down)).stdout).toMatch(/^-- Undoes \d{14}_revectorize_note_text\./u)
  })

  it('ends with the exit code of the step that failed, and does no other', async () => {
    database = await createDatabase()
    project = await createWrappedApplication(model('  /// @vectorizer(dimension: 3)\n'), database)
    const { code, stderr } = await project.node([command, 'migrate', 'dev'], { code: 'any' })
    expect(code).toBe(1)
    expect(stderr).toContain('VZ102 Note.text')
    expect(stderr.match(/^\$ prisma .*$/gmu)).toEqual(['$ prisma generate'])
  })
})
