// A project with our generator in its schema: in a folder and with `withVectorizer`, or a single file with the generator
// alone.
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestDatabase } from './databases.ts'
import { createProject, type Project } from './project.ts'

export const datasource = 'datasource db {\n  provider = "postgresql"\n}\n'

/** The blocks of the two generators; `generated` is the folder of their output, relative to the schema's. */
export const generators = (generated: string) => ({
  client: `generator client {\n  provider = "prisma-client"\n  output   = "${generated}/prisma"\n}\n`,
  vectorizer: `generator vectorizer {\n  provider = "prisma-generator-vectorizer"\n  output   = "${generated}/vectorizer"\n}\n`,
})

const wrappedConfig = (schema: string) => `import { withVectorizer } from '@prisma-vectorizer/generator'
import { defineConfig } from 'prisma/config'

export default withVectorizer(
  defineConfig({
    schema: '${schema}',
    migrations: { path: 'prisma/migrations' },
    datasource: { url: process.env.DATABASE_URL, shadowDatabaseUrl: process.env.SHADOW_DATABASE_URL },
  }),
)
`

// `prisma generate` looks a generator's command up in PATH, where npm puts this folder; a bare `vitest` does not.
const commands = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url))
process.env['PATH'] = [commands, process.env['PATH']].join(delimiter)

/** A schema folder with these models in `schema.prisma`, and `withVectorizer` in prisma.config.ts. */
export function createWrappedApplication(models: string, database: Pick<TestDatabase, 'url' | 'shadowUrl'>) {
  const { client, vectorizer } = generators('../../generated')
  return createProject({
    schema: { 'schema.prisma': [datasource, client, vectorizer, models].join('\n') },
    files: { 'prisma.config.ts': wrappedConfig('prisma/schema') },
    ...database,
  })
}

/** A single `schema.prisma` of these parts, and a plain prisma.config.ts. */
export const createPlainApplication = (parts: readonly string[], database: Pick<TestDatabase, 'url' | 'shadowUrl'>) =>
  createProject({ schema: parts.join('\n'), ...database })

/** Every file below `path` and what it holds. */
export async function contentsOf(project: Project, path = '.'): Promise<Record<string, string>> {
  const files = await project.list(path)
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await project.read(file)])))
}
