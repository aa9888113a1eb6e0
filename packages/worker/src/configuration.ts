// Where the command finds its database: the flag, the environment, .env, vectorizer.config.ts, then prisma.config.ts.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isVectorizerError, VectorizerError } from '@prisma-vectorizer/spec'
import { noDatabaseUrl } from './connection-url.ts'

/** Reads `.env` of the folder, where provider keys live too. What the environment already says wins. */
export function loadEnvironment(folder: string): void {
  const file = join(folder, '.env')
  if (existsSync(file)) process.loadEnvFile(file)
}

/** `configured`: that of vectorizer.config.ts. Throws VZ501 when none of the places has one. */
export async function findDatabaseUrl(
  flag: string | undefined,
  folder: string,
  environment: NodeJS.ProcessEnv = process.env,
  configured?: string,
): Promise<string> {
  const url = flag || environment['DATABASE_URL'] || configured || (await loadPrismaConfig(folder))?.datasource?.url
  if (url) return url
  throw noDatabaseUrl(
    'There is no --database-url, no DATABASE_URL in the environment or in .env, and no datasource URL in prisma.config.ts.',
  )
}

/** As much of Prisma's config as is read here, with absolute paths. */
export interface PrismaConfig {
  readonly schema?: string | undefined
  readonly migrations?: { readonly path?: string | undefined } | undefined
  readonly datasource?: { readonly url?: string | undefined } | undefined
}

export interface LoadedConfig extends PrismaConfig {
  /** Null where there is no such file. */
  readonly file: string | null
}

/** The part of `@prisma/config` that is used; it never throws, and answers the default config where there is no file. */
interface PrismaConfigModule {
  loadConfigFromFile(options: { configRoot: string; configFile?: string }): Promise<{
    readonly resolvedPath: string | null
    readonly config?: PrismaConfig
    readonly error?: unknown
  }>
}

/**
 * prisma.config.ts as Prisma finds it in `folder`, or `file`; undefined where Prisma is not installed. What the file does
 * it does here too: `withVectorizer` derives models. Throws VZ501, or the error of `withVectorizer`.
 */
export async function loadPrismaConfig(folder: string, file?: string): Promise<LoadedConfig | undefined> {
  const module = findPrismaConfigModule(folder)
  if (module === undefined) return undefined
  const { loadConfigFromFile } = (await import(pathToFileURL(module).href)) as PrismaConfigModule
  const options = { configRoot: folder, ...(file !== undefined && { configFile: file }) }
  const { resolvedPath, config, error } = await loadConfigFromFile(options)
  if (error === undefined) return { ...config, file: resolvedPath }
  const inner = typeof error === 'object' && error !== null && 'error' in error ? error.error : error
  if (isVectorizerError(inner)) throw inner
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
