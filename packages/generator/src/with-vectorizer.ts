// The wrapper for prisma.config.ts. Prisma evaluates that file once per command and before it reads the schema, so what
// is derived here is in place for generate, migrate, validate, format, studio: every command converges in one run.
import { dirname, resolve } from 'node:path'
import { VectorizerError } from '@prisma-vectorizer/spec'
import { isRoleName, migrationsVariable, nameRoles } from './config.ts'
import { type ModuleExtension, moduleExtensions } from './emit/manifest.ts'
import { findMigrations, findSchema } from './read/prisma-paths.ts'
import { shownPath } from './read/schema-files.ts'
import { planFolder, planSchema, type SchemaPlan, writeFolder, writeSchema } from './synchronise.ts'
import { writeModule } from './write/write-module.ts'

/** As much of Prisma's config as is read here. */
interface PrismaConfigLike {
  readonly schema?: string | undefined
  readonly migrations?: { readonly path?: string | undefined } | undefined
}

/** In place of a generator block; paths are relative to prisma.config.ts. */
export interface WithVectorizerOptions {
  /**
   * Folder of the typed module, e.g. `src/generated/vectorizer`: `prisma generate` then needs no generator block, whose
   * process Prisma would start and send the whole schema to.
   */
  readonly output?: string
  /** Folder of the migrations, or false for none. Default: the config's, or Prisma's own. A generator block comes first. */
  readonly migrations?: string | false
  /** Of the typed module's file. `js` writes `index.js` and `index.d.ts`. Default `ts`. */
  readonly extension?: ModuleExtension
  /** Role of the worker, which migrations grant the least it needs. A generator block's `workerRole` comes first. */
  readonly workerRole?: string
  /** Role of the application, which they grant to search. It needs no right on anything of ours to write. */
  readonly applicationRole?: string
}

/**
 * Wraps the config of prisma.config.ts; returns it unchanged.
 *
 * Side effects, each only when something differs: the derived models and other lines of the schema; in `prisma generate`
 * the typed module, where `output` is given, and the migrations that the annotations still need, where no generator block
 * does that; in `prisma migrate dev` those migrations. Throws VZ1xx and VZ2xx, which Prisma shows.
 *
 * @example
 * export default withVectorizer(
 *   defineConfig({ schema: 'prisma/schema', datasource: { url: env('DATABASE_URL') } }),
 *   { output: 'src/generated/vectorizer' },
 * )
 */
export function withVectorizer<T extends PrismaConfigLike>(config: T, options: WithVectorizerOptions = {}): T {
  const { output, extension = 'ts' } = options
  checkOptions(options)
  nameRoles({ worker: options.workerRole ?? null, application: options.applicationRole ?? null })
  const base = dirname(resolve(argument('--config') ?? 'prisma.config.ts'))
  const place = { folder: process.cwd(), base, flag: argument('--schema'), configured: config.schema }
  const schemaPath = findSchema(place)
  if (schemaPath === undefined) return config
  const schema = planSchema(schemaPath)
  if (!schema) return config
  const configured = configuredMigrations(base, config, options, schemaPath)
  process.env[migrationsVariable] = configured ?? 'none'
  const said = schema.generator?.migrations
  const migrations = said === undefined ? configured : said
  // Planned for every command, so that a store that would move is refused (VZ201) before its model is written.
  const planned = migrations === null ? undefined : planFolder(migrations, schema.specs)
  const [first, second] = commandWords()
  const generates = first === 'generate' && output !== undefined
  const migrates = (first === 'migrate' && second === 'dev') || (generates && !schema.generator)
  const lines = [
    ...writeSchema(schema).map((path) => `wrote ${path}`),
    // Only these may make migrations: `db push`, `validate` or `deploy` must not leave files behind.
    ...(planned && migrates ? writeFolder(planned) : []),
    ...(generates ? writeOutput(resolve(base, output), schema, extension) : []),
  ]
  // Not to stdout, which may be on its way into a file: `prisma migrate diff --script > migration.sql`.
  for (const line of lines) console.error(`prisma-vectorizer: ${line}`)
  return config
}

const known = ['output', 'migrations', 'extension', 'workerRole', 'applicationRole']

/** Checked here for those whose prisma.config.ts is JavaScript, or not checked by a compiler. */
function checkOptions(options: WithVectorizerOptions): void {
  const { extension = 'ts', workerRole = 'none', applicationRole = 'none' } = options
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  const fact =
    unknown !== undefined
      ? `withVectorizer has no option \`${unknown}\`.`
      : !moduleExtensions.includes(extension)
        ? `withVectorizer takes ${moduleExtensions.map((name) => `"${name}"`).join(', ')} as \`extension\`.`
        : !isRoleName(workerRole) || !isRoleName(applicationRole)
          ? 'withVectorizer takes names of database roles, of 1 to 63 bytes, as `workerRole` and `applicationRole`.'
          : undefined
  if (fact === undefined) return
  throw new VectorizerError('VZ113', { fact, fix: `Its options are ${known.map((name) => `\`${name}\``).join(', ')}.` })
}

function configuredMigrations(
  base: string,
  config: PrismaConfigLike,
  { migrations }: WithVectorizerOptions,
  schemaPath: string,
): string | null {
  // `prisma-vectorizer push` sets it for the commands that it runs: there are no migrations then.
  if (migrations === false || process.env[migrationsVariable] === 'none') return null
  return findMigrations(schemaPath, base, migrations ?? config.migrations?.path)
}

/** What a generator block writes to the same folder is left to it. */
function writeOutput(output: string, schema: SchemaPlan, extension: ModuleExtension): readonly string[] {
  if (schema.generator?.output === output) return []
  return writeModule(output, schema.specs, extension).map((path) => `wrote ${shownPath(path)}`)
}

/** The value of `--name value` or `--name=value` on Prisma's command line. */
function argument(name: string): string | undefined {
  const at = process.argv.findIndex((word) => word === name || word.startsWith(`${name}=`))
  if (at < 0) return undefined
  const word = process.argv[at] as string
  return word.includes('=') ? word.slice(word.indexOf('=') + 1) : process.argv[at + 1]
}

/** `migrate dev` of `prisma migrate dev --name init`. */
const commandWords = (): readonly string[] => process.argv.slice(2).filter((word) => !word.startsWith('-'))
