// The vectorizers a command is about, and what to say when the database does not let it.
import { type Database, VectorizerError } from '@prisma-vectorizer/spec'
import type { DatabaseOption } from '../database/database-option.ts'
import { openDatabase } from '../database/open-database.ts'
import { isMisfit, sqlState } from '../pipeline/failure.ts'
import { createRegistryReader, findVectorizer } from '../registry.ts'
import { noVectorizers } from '../report.ts'
import type { Vectorizer } from '../vectorizer.ts'

export interface Chosen {
  /** `BlogPost.contentEmbeddings`. */
  readonly label: string
  /** In the registry. */
  readonly name: string
  /** Undefined where the vectorizer does not fit its tables; `error` then says why. */
  readonly vectorizer: Vectorizer | undefined
  readonly error: VectorizerError | undefined
}

/** All of them without `names`. Throws VZ502 where there is none, VZ503 for an unknown name, VZ507. */
export async function chooseVectorizers(
  database: Database,
  names: readonly string[] | undefined,
): Promise<readonly Chosen[]> {
  const { vectorizers, broken } = await createRegistryReader(database)()
  const all: readonly Chosen[] = [
    ...vectorizers.map((vectorizer) => ({
      label: vectorizer.label,
      name: vectorizer.name,
      vectorizer,
      error: undefined,
    })),
    ...broken.map(({ label, name, error }) => ({ label, name, vectorizer: undefined, error })),
  ]
  if (names !== undefined && names.length > 0) return [...new Set(names.map((name) => findVectorizer(all, name)))]
  if (all.length === 0) throw noVectorizers()
  return all
}

/** Closes what it opens, not what it was given. */
export async function withDatabase<T>(
  option: DatabaseOption | undefined,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const { database } = await openDatabase(option, 1)
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}

/** VZ504 for a right or a table that is missing; any other error as it is. */
export function explained(subject: string, rights: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !isMisfit(cause)) return cause
  const advice =
    sqlState(cause) === '42501'
      ? {
          why: `The role that connects needs ${rights}.`,
          fix: 'Connect as the role that owns the tables, or grant it: docs/permissions.md has a list for each command.',
        }
      : {
          why: 'The tables are not as this version makes them.',
          fix: 'Run `prisma-vectorizer doctor`: it says what differs, and what mends it.',
        }
  return new VectorizerError('VZ504', { fact: `${subject}: ${cause.message}.`, ...advice, cause })
}
