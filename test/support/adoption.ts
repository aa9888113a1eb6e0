// An application on a database that pgai has worked on, for `prisma-vectorizer adopt`.
import { createWorker } from '@prisma-vectorizer/worker'
import { afterAll, expect } from 'vitest'
import { contentsOf, createPlainApplication, datasource, generators } from './application.ts'
import { createDatabase, type TestDatabase, withClient } from './databases.ts'
import type { Project } from './project.ts'

const { client, vectorizer } = generators('../generated')
const command = 'node_modules/@prisma-vectorizer/worker/bin/prisma-vectorizer.js'
const inSync = 'Already in sync, no schema change or pending migration was found.'
const diff = 'migrate diff --from-migrations prisma/migrations --to-schema prisma/schema.prisma --exit-code'

/** Registers the hook that closes both; what it returns works after `start`. */
export function useAdoption() {
  let database: TestDatabase
  let project: Project
  afterAll(async () => {
    await project.close()
    await database.close()
  })

  return {
    /** An application whose first migration has made its tables, and then the SQL of `pgai`. */
    async start(schema: string, pgai: string): Promise<Project> {
      database = await createDatabase()
      const own = /^datasource/mu.test(schema) ? [schema] : [datasource, schema]
      project = await createPlainApplication([client, vectorizer, ...own], database)
      await project.prisma('migrate dev --name init')
      await withClient(database.url, (connection) => connection.query(pgai))
      return project
    },

    sql: (text: string) => withClient(database.url, async (connection) => (await connection.query(text)).rows),

    adopt: (...args: string[]) => project.node([command, 'adopt', ...args], { code: 'any' }),

    /** Applies what is written, and checks that neither the generator nor Prisma has anything to add. */
    async deploy(): Promise<void> {
      const written = await contentsOf(project, 'prisma')
      expect((await project.prisma('generate')).stdout).not.toContain('prisma-vectorizer: wrote prisma/')
      expect(await contentsOf(project, 'prisma')).toEqual(written)
      await project.prisma('migrate deploy')
      expect((await project.prisma('migrate dev')).stdout).toContain(inSync)
      await project.prisma(diff)
    },

    /** Drains every queue, with vectors of ones; answers the texts that were embedded. */
    async drain(): Promise<readonly string[]> {
      const embedded: string[] = []
      const worker = createWorker({
        database: database.url,
        embedder: async ({ dimensions }) => ({
          name: 'test/ones',
          embed: async (texts) => {
            embedded.push(...texts)
            return { vectors: texts.map(() => Array<number>(dimensions).fill(1)), tokens: undefined }
          },
        }),
      })
      await worker.drain()
      await worker.stop()
      return embedded.sort()
    },
  }
}
