// Where an application has its schema and its migrations: Prisma's own rules, for withVectorizer and the commands.
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { defaultMigrations } from '../config.ts'

export interface SchemaPlace {
  /** Folder that a path on the command line is relative to. */
  readonly folder: string
  /** Folder of prisma.config.ts, which the paths in it are relative to. */
  readonly base: string
  /** `--schema` of the command line. */
  readonly flag: string | undefined
  /** `schema` of prisma.config.ts. */
  readonly configured: string | undefined
}

/** The schema's file or folder; undefined where there is none. */
export function findSchema({ folder, base, flag, configured }: SchemaPlace): string | undefined {
  const candidates =
    flag !== undefined
      ? [resolve(folder, flag)]
      : configured !== undefined
        ? [resolve(base, configured)]
        : [resolve(base, 'schema.prisma'), resolve(base, 'prisma/schema.prisma')]
  return candidates.find((path) => statSync(path, { throwIfNoEntry: false }))
}

/** The folder that Prisma Migrate reads. */
export const findMigrations = (schemaPath: string, base: string, configured: string | undefined): string =>
  configured ? resolve(base, configured) : defaultMigrations(schemaPath)
