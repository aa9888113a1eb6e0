// The wrapper for prisma.config.ts. Prisma evaluates that file once per command and before it reads the schema, so what
// is derived here is in place for generate, migrate, validate, format, studio: every command converges in one run.
import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { defaultMigrations, migrationsVariable } from './config.ts'
import { planFolder, planSchema, writeFolder, writeSchema } from './synchronise.ts'

/** As much of Prisma's config as is read here. */
interface PrismaConfigLike {
  readonly schema?: string | undefined
  readonly migrations?: { readonly path?: string | undefined } | undefined
}

/**
 * Wraps the config of prisma.config.ts; returns it unchanged.
 *
 * Side effects, each only when something differs: the derived models and back-relation lines of the schema; and, in
 * `prisma migrate dev`, the migrations that the annotations still need. Throws VZ1xx and VZ2xx, which Prisma shows.
 *
 * @example
 * export default withVectorizer(defineConfig({ schema: 'prisma/schema', datasource: { url: env('DATABASE_URL') } }))
 */
export function withVectorizer<T extends PrismaConfigLike>(config: T): T {
  const base = dirname(resolve(argument('--config') ?? 'prisma.config.ts'))
  const schemaPath = findSchema(base, argument('--schema'), config.schema)
  if (schemaPath === undefined) return config
  const schema = planSchema(schemaPath)
  if (!schema) return config
  const configured = config.migrations?.path ? resolve(base, config.migrations.path) : defaultMigrations(schemaPath)
  process.env[migrationsVariable] = configured
  const migrations = schema.migrations === undefined ? configured : schema.migrations
  // Planned for every command, so that a store that would move is refused (VZ201) before its model is written.
  const planned = migrations === null ? undefined : planFolder(migrations, schema.specs)
  const lines = [
    ...writeSchema(schema).map((path) => `wrote ${path}`),
    ...(planned && isMigrateDev() ? writeFolder(planned) : []),
  ]
  // Not to stdout, which may be on its way into a file: `prisma migrate diff --script > migration.sql`.
  for (const line of lines) console.error(`prisma-vectorizer: ${line}`)
  return config
}

function findSchema(base: string, flag: string | undefined, configured: string | undefined): string | undefined {
  const candidates =
    flag !== undefined
      ? [resolve(flag)]
      : configured !== undefined
        ? [resolve(base, configured)]
        : [resolve(base, 'schema.prisma'), resolve(base, 'prisma/schema.prisma')]
  return candidates.find((path) => statSync(path, { throwIfNoEntry: false }))
}

/** The value of `--name value` or `--name=value` on Prisma's command line. */
function argument(name: string): string | undefined {
  const at = process.argv.findIndex((word) => word === name || word.startsWith(`${name}=`))
  if (at < 0) return undefined
  const word = process.argv[at] as string
  return word.includes('=') ? word.slice(word.indexOf('=') + 1) : process.argv[at + 1]
}

/** Only `migrate dev` may make migrations: `db push`, `validate` or `deploy` must not leave files behind. */
function isMigrateDev(): boolean {
  const words = process.argv.slice(2).filter((word) => !word.startsWith('-'))
  return words[0] === 'migrate' && words[1] === 'dev'
}
