// The `migrations` option of our generator block, from the text: prisma.config.ts is evaluated before Prisma has parsed
// the schema, and withVectorizer must not write where the generator was told not to.
import { migrationsOption } from '../config.ts'
import type { SchemaText } from './scan-annotations.ts'

/** As `migrationsOption`; undefined also where the schema has no generator block of ours. */
export function readMigrationsOption(schema: SchemaText): string | null | undefined {
  for (const { kind, file, start, end } of schema.blocks) {
    if (kind !== 'generator') continue
    const text = file.content.split('\n').slice(start, end).join('\n')
    const option = (name: string) => new RegExp(String.raw`^\s*${name}\s*=\s*"([^"]*)"`, 'mu').exec(text)?.[1]
    if (/\bprisma-generator-vectorizer\b/u.test(option('provider') ?? '')) {
      return migrationsOption(option('migrations'), file.absolutePath)
    }
  }
  return undefined
}
