// Where the command finds its database: the flag, the environment, .env, then the project's prisma.config.ts.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { VectorizerError } from '@prisma-vectorizer/spec'
import { noDatabaseUrl } from './connection-url.ts'

/** Reads `.env` of the folder, where provider keys live too. What the environment already says wins. */
export function loadEnvironment(folder: string): void {
  const file = join(folder, '.env')
  if (existsSync(file)) process.loadEnvFile(file)
}

/** Throws VZ501 when none of the places has one. */
export async function findDatabaseUrl(
  flag: string | undefined,
  folder: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const url = flag || environment['DATABASE_URL'] || (await prismaConfigUrl(folder))
  if (url) return url
  throw noDatabaseUrl(
    'There is no --database-url, no DATABASE_URL in the environment or in .env, and no datasource URL in prisma.config.ts.',
  )
}

/** The part of `@prisma/config` that is used; it never throws, and answers the default config where there is no file. */
interface PrismaConfigModule {
  loadConfigFromFile(options: { configRoot: string }): Promise<{
    readonly config?: { readonly datasource?: { readonly url?: string } }
    readonly error?: unknown
  }>
}

async function prismaConfigUrl(folder: string): Promise<string | undefined> {
  const module = findPrismaConfigModule(folder)
  if (module === undefined) return undefined
  const { loadConfigFromFile } = (await import(pathToFileURL(module).href)) as PrismaConfigModule
  const { config, error } = await loadConfigFromFile({ configRoot: folder })
  if (error === undefined) return config?.datasource?.url
  throw new VectorizerError('VZ501', {
    fact: 'prisma.config.ts could not be read for the database URL.',
    why: reasonOf(error),
    fix: 'Mend it, or set DATABASE_URL.',
    cause: error,
  })
}

/** The project's own `@prisma/config`, which comes with `prisma` and weighs 43 MB: too much to depend on. */
function findPrismaConfigModule(folder: string): string | undefined {
  const fromProject = createRequire(join(folder, 'package.json'))
  try {
    return fromProject.resolve('@prisma/config')
  } catch {
    try {
      // A package manager that does not hoist keeps it beside prisma.
      return createRequire(fromProject.resolve('prisma/package.json')).resolve('@prisma/config')
    } catch {
      return undefined
    }
  }
}

/** `@prisma/config` wraps the file's own error in an object with a tag. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof Error) return error.message
  if (typeof error !== 'object' || error === null) return undefined
  if ('error' in error) return reasonOf(error.error)
  return '_tag' in error && typeof error._tag === 'string' ? error._tag : undefined
}
