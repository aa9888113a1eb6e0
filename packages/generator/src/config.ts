// The generator block's options, read strictly: an option that is misspelt must not be silently ignored (VZ113).
import { readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { byteLength, nearestName, type Roles, VectorizerError } from '@prisma-vectorizer/spec'
import { type ModuleExtension, moduleExtensions } from './emit/manifest.ts'
import { shownPath } from './read/schema-files.ts'

/** Set by withVectorizer for the generator's process: prisma.config.ts may name another folder, or `none`. */
export const migrationsVariable = 'PRISMA_VECTORIZER_MIGRATIONS'

const roleVariables = {
  worker: 'PRISMA_VECTORIZER_WORKER_ROLE',
  application: 'PRISMA_VECTORIZER_APPLICATION_ROLE',
} as const

/** Names, from here on, the roles of a schema whose generator block names none. */
export function nameRoles(roles: Partial<Roles>): void {
  for (const kind of ['worker', 'application'] as const) {
    const name = roles[kind]
    if (name) process.env[roleVariables[kind]] = name
  }
}

/** The role that withVectorizer has named. */
export const namedRole = (kind: keyof Roles): string | null => process.env[roleVariables[kind]] || null

/** PostgreSQL cuts a longer name. */
export const isRoleName = (name: unknown): name is string =>
  typeof name === 'string' && name !== '' && byteLength(name) <= 63 && !name.includes('\0')

export interface GeneratorOptions {
  readonly name: string
  readonly output: string | null
  readonly config: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly sourceFilePath: string
}

export interface GeneratorConfiguration {
  /** Folder of the typed module. */
  readonly output: string
  /** Folder of the migrations; null for `migrations = "none"`. */
  readonly migrations: string | null
  readonly extension: ModuleExtension
}

const known = ['output', 'migrations', 'generatedFileExtension', 'workerRole', 'applicationRole']

export function readConfiguration(generator: GeneratorOptions, schemaPath: string): GeneratorConfiguration {
  const unknown = Object.keys(generator.config).find((option) => !known.includes(option))
  if (unknown !== undefined) {
    const nearest = nearestName(unknown, known)
    throw invalid(
      generator,
      unknown,
      `has no option \`${unknown}\``,
      nearest ? `Did you mean \`${nearest}\`?` : `Remove \`${unknown}\`.`,
    )
  }
  if (!generator.output) {
    throw invalid(generator, null, 'has no `output`', 'Add e.g. `output = "../src/generated/vectorizer"`.')
  }
  const { migrations } = generator.config
  if (Array.isArray(migrations))
    throw invalid(generator, 'migrations', 'takes one folder as `migrations`', 'Write a string.')
  for (const option of ['workerRole', 'applicationRole'] as const) {
    const name = generator.config[option]
    if (name === undefined || isRoleName(name)) continue
    throw invalid(
      generator,
      option,
      `takes the name of a database role as \`${option}\``,
      'Write a string of 1 to 63 bytes.',
    )
  }
  const said = migrationsOption(migrations as string | undefined, generator.sourceFilePath)
  return {
    output: generator.output,
    migrations: said === undefined ? inheritedMigrations(schemaPath) : said,
    extension: readExtension(generator),
  }
}

function inheritedMigrations(schemaPath: string): string | null {
  const inherited = process.env[migrationsVariable]
  return inherited === 'none' ? null : (inherited ?? defaultMigrations(schemaPath))
}

function readExtension(generator: GeneratorOptions): ModuleExtension {
  const { generatedFileExtension: given = 'ts' } = generator.config
  const extension = moduleExtensions.find((name) => name === given)
  if (extension) return extension
  const fact = `takes ${moduleExtensions.map((name) => `"${name}"`).join(', ')} as \`generatedFileExtension\``
  throw invalid(generator, 'generatedFileExtension', fact, 'Write one of them, or leave it out for "ts".')
}

/** The option as a folder, relative to the file of its block; null for `"none"`, undefined where nothing is said. */
export function migrationsOption(option: string | undefined, blockFile: string): string | null | undefined {
  if (option === undefined) return undefined
  return option === 'none' ? null : resolve(dirname(blockFile), option)
}

/** Prisma's rule: `migrations` beside the schema file, or inside the schema folder. */
export const defaultMigrations = (schemaPath: string): string =>
  join(statSync(schemaPath).isDirectory() ? schemaPath : dirname(schemaPath), 'migrations')

/** Points at the option's line, or at the block's where there is none. */
function invalid({ name, sourceFilePath }: GeneratorOptions, option: string | null, fact: string, fix: string) {
  const lines = readFileSync(sourceFilePath, 'utf8').split(/\r?\n/u)
  const block = lines.findIndex((text) => new RegExp(`^\\s*generator\\s+${name}\\s*\\{`, 'u').test(text))
  const found = lines.findIndex((text, line) => line > block && text.trim().split(/[\s=]/u)[0] === option)
  const line = found < 0 ? block : found
  const sourceLine = lines[line] ?? ''
  const column = sourceLine.length - sourceLine.trimStart().length + 1
  return new VectorizerError('VZ113', {
    fact: `generator ${name} ${fact}.`,
    fix,
    position: { file: shownPath(sourceFilePath), line: line + 1, column },
    sourceLine,
  })
}
