// `prisma generate`: derived models, migrations, typed module. The table of contents; the work is in synchronise.ts.
import { isVectorizerError } from '@prisma-vectorizer/spec'
import { type GeneratorOptions, readConfiguration } from './config.ts'
import type { DmmfDatamodel } from './read/dmmf.ts'
import { planFolder, planSchema, writeFolder, writeSchema } from './synchronise.ts'
import { writeModule } from './write/write-module.ts'

export interface GenerateInput {
  readonly generator: GeneratorOptions
  readonly schemaPath: string
  readonly dmmf: DmmfDatamodel
}

/** Lines for the terminal. Throws VectorizerError before anything is written. */
export function generate({ generator, schemaPath, dmmf }: GenerateInput): readonly string[] {
  const { output, migrations, extension } = readConfiguration(generator, schemaPath)
  const schema = planSchema(schemaPath, dmmf)
  if (!schema) return []
  const planned = migrations === null ? undefined : planFolder(migrations, schema.specs)
  const written = writeSchema(schema)
  const migrationLines = planned ? writeFolder(planned) : []
  writeModule(output, schema.specs, extension)
  return [
    ...written.map((path) => `wrote ${path}`),
    // Prisma parsed the schema before this generator ran: the client of this run does not know a new store yet.
    ...(written.length ? ['run `prisma generate` once more, so that Prisma Client knows the derived models'] : []),
    ...migrationLines,
  ]
}

/** What the terminal shows for an error: a mistake of the user's without a stack, a bug of ours with it. */
export const errorText = (error: unknown): string =>
  isVectorizerError(error) ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)
