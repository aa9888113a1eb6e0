// The generator block's options, read strictly: an option that is misspelt must not be silently ignored (VZ113).

import { readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { nearestName, VectorizerError } from '@prisma-vectorizer/spec'
import { shownPath } from './read/schema-files.ts'

/** Set by withVectorizer for the generator's process: prisma.config.ts may name another folder. */
export const migrationsVariable = 'PRISMA_VECTORIZER_MIGRATIONS'

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
}

export function readConfiguration(generator: GeneratorOptions, schemaPath: string): GeneratorConfiguration {
  const unknown = Object.keys(generator.config).find((option) => option !== 'migrations')
  if (unknown !== undefined) {
    const nearest = nearestName(unknown, ['output', 'migrations'])
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
  const said = migrationsOption(migrations as string | undefined, generator.sourceFilePath)
  return {
    output: generator.output,
    migrations: said === undefined ? (process.env[migrationsVariable] ?? defaultMigrations(schemaPath)) : said,
  }
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
