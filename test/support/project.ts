// A temporary folder that looks like a user's application, with the real Prisma CLI to run in it.
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { schemaEngineEnvironment } from '@prisma-vectorizer/schema-engine'
import { type CommandOptions, type CommandResult, runNodeProgram } from './command.ts'

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))

export interface ProjectOptions {
  /** The content of prisma/schema.prisma, or of several files by their path inside prisma/schema/. */
  readonly schema: string | Readonly<Record<string, string>>
  /** Further files by their path in the project; may replace `prisma.config.ts` and `package.json`. */
  readonly files?: Readonly<Record<string, string>> | undefined
  readonly url: string
  readonly shadowUrl?: string | undefined
}

export type ProjectCommandOptions = Pick<CommandOptions, 'input' | 'code'>

export interface Project extends AsyncDisposable {
  readonly folder: string
  /**
   * Runs the Prisma CLI: `prisma('migrate dev --name init')`, or a list where an argument contains a space.
   * Rejects with the whole output when the exit code is not the one expected (0 unless `code` says otherwise).
   */
  prisma(command: string | readonly string[], options?: ProjectCommandOptions): Promise<CommandResult>
  /** Runs any Node program in the project's folder and environment, the same way. */
  node(args: readonly string[], options?: ProjectCommandOptions): Promise<CommandResult>
  read(path: string): Promise<string>
  write(path: string, text: string): Promise<void>
  /** Every file below `path`, sorted, with `/` between folders, without node_modules; empty if there is no folder. */
  list(path?: string): Promise<string[]>
  remove(path: string): Promise<void>
  close(): Promise<void>
}

export async function createProject({ schema, files = {}, url, shadowUrl }: ProjectOptions): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'vectorizer-project-'))
  await symlink(modules, join(folder, 'node_modules'), 'junction')

  const env = projectEnvironment(url, shadowUrl)
  const node: Project['node'] = (args, options) => runNodeProgram(args, { cwd: folder, env, ...options })
  const close = () => rm(folder, { recursive: true, force: true })
  const project: Project = {
    folder,
    node,
    prisma: (command, options) => {
      const args = typeof command === 'string' ? command.split(' ') : command
      return node([join(modules, 'prisma/build/index.js'), ...args], options)
    },
    read: (path) => readFile(join(folder, path), 'utf8'),
    write: async (path, text) => {
      const file = join(folder, path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
    },
    list: (path = '.') => listFiles(folder, path),
    remove: (path) => rm(join(folder, path), { recursive: true, force: true }),
    close,
    [Symbol.asyncDispose]: close,
  }

  for (const [path, text] of Object.entries({ ...startingFiles(schema), ...files })) await project.write(path, text)
  return project
}

function startingFiles(schema: ProjectOptions['schema']): Record<string, string> {
  const single = typeof schema === 'string'
  const location = single ? 'prisma/schema.prisma' : 'prisma/schema'
  const schemaFiles = single
    ? { [location]: schema }
    : Object.fromEntries(Object.entries(schema).map(([name, text]) => [`${location}/${name}`, text]))
  return {
    'package.json': `${JSON.stringify({ name: 'app', private: true, type: 'module' }, null, 2)}\n`,
    'prisma.config.ts': `import { defineConfig } from 'prisma/config'

export default defineConfig({
  schema: '${location}',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL, shadowDatabaseUrl: process.env.SHADOW_DATABASE_URL },
})
`,
    ...schemaFiles,
  }
}

/** What a command in the project sees: DATABASE_URL and SHADOW_DATABASE_URL, no colours, no look-ups on the network. */
function projectEnvironment(url: string, shadowUrl: string | undefined): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...schemaEngineEnvironment(),
    NO_COLOR: '1',
    DATABASE_URL: url,
    SHADOW_DATABASE_URL: shadowUrl,
  }
  // Vitest's own settings for its processes are none of the application's.
  for (const name of ['FORCE_COLOR', 'NODE_OPTIONS', 'NODE_ENV', 'VITEST', 'VITEST_MODE', 'TEST']) delete env[name]
  return env
}

async function listFiles(root: string, path: string): Promise<string[]> {
  const start = join(root, path)
  if (!existsSync(start)) return []
  const entries = await readdir(start, { withFileTypes: true })
  const found = await Promise.all(
    entries
      .filter((entry) => entry.name !== 'node_modules')
      .map(async (entry) => {
        const file = relative(root, join(start, entry.name)).replaceAll('\\', '/')
        return entry.isDirectory() ? listFiles(root, file) : [file]
      }),
  )
  return found.flat().sort()
}
