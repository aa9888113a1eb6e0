// Our generator block, from the text: prisma.config.ts is evaluated before Prisma has parsed the schema, and withVectorizer
// must not write where the generator was told not to, nor what the generator is about to write.
import { dirname, resolve } from 'node:path'
import type { Roles } from '@prisma-vectorizer/spec'
import { migrationsOption } from '../config.ts'
import type { SchemaText } from './scan-annotations.ts'

export interface GeneratorBlock {
  /** Folder of the typed module; undefined where the block does not say, which is an error of its own. */
  readonly output: string | undefined
  /** Folder of the migrations: null for `"none"`, undefined where nothing is said. */
  readonly migrations: string | null | undefined
  /** Roles that migrations grant their rights; null where the block names none. */
  readonly roles: Roles
}

/** Undefined where the schema has no generator block of ours. */
export function readGeneratorBlock(schema: SchemaText): GeneratorBlock | undefined {
  for (const { kind, file, start, end } of schema.blocks) {
    if (kind !== 'generator') continue
    const text = file.content.split('\n').slice(start, end).join('\n')
    const option = (name: string) => {
      const literal = new RegExp(String.raw`^\s*${name}\s*=\s*("(?:[^"\\]|\\.)*")`, 'mu').exec(text)?.[1]
      return literal === undefined ? undefined : (JSON.parse(literal) as string)
    }
    if (!/\bprisma-generator-vectorizer\b/u.test(option('provider') ?? '')) continue
    const output = option('output')
    return {
      output: output === undefined ? undefined : resolve(dirname(file.absolutePath), output),
      migrations: migrationsOption(option('migrations'), file.absolutePath),
      roles: { worker: option('workerRole') ?? null, application: option('applicationRole') ?? null },
    }
  }
  return undefined
}
