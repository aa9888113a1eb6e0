// What a check is given: one vectorizer or vector of the registry, and everything around it.
import type { AnySpec, VectorizerSpec } from '@prisma-vectorizer/spec'
import { objectNames, vectorizerSchema } from '@prisma-vectorizer/spec'
import type { GeneratorTools } from '../generator-tools.ts'
import type { Catalog, RegistryEntry, TableFacts } from './catalog.ts'

export interface Surroundings {
  readonly catalog: Catalog
  /** Undefined where the generator is not installed: what only it knows is not checked then. */
  readonly tools: GeneratorTools | undefined
  /** Names of specs for which `prisma generate` will write a migration. */
  readonly pending: ReadonlySet<string>
  /** Whether a migration of the project has this text. */
  readonly isMigrated: (text: string) => boolean
}

export interface Examined<S extends AnySpec = AnySpec> extends Surroundings {
  readonly spec: S
  readonly entry: RegistryEntry
  /** The tables as they are named today; undefined where they are gone. */
  readonly source: TableFacts | undefined
  readonly store: TableFacts | undefined
  readonly queue: TableFacts | undefined
}

export function examined(entry: RegistryEntry, around: Surroundings): Examined {
  const { tables } = around.catalog
  const { spec } = entry
  const byOid = (oid: string) => tables.find((table) => table.oid === oid)
  const { queue } = objectNames(spec)
  return {
    ...around,
    spec,
    entry,
    source: byOid(entry.source),
    store: byOid(entry.store),
    queue: tables.find(({ schema, table }) => schema === vectorizerSchema && table === queue),
  }
}

export const isVectorizer = (subject: Examined): subject is Examined<VectorizerSpec> =>
  subject.spec.kind === 'vectorizer'

export const generateAndMigrate = 'Run `npx prisma generate`, then `npx prisma migrate dev`.'
