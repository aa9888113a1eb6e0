// The generator, for the commands that work on a schema. An optional peer: a worker in production does without it.
import { VectorizerError } from '@prisma-vectorizer/spec'

export type GeneratorTools = typeof import('@prisma-vectorizer/generator/tools')

/** Throws VZ509 when it is not installed. */
export async function loadGeneratorTools(command: string): Promise<GeneratorTools> {
  try {
    return await import('@prisma-vectorizer/generator/tools')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new VectorizerError('VZ509', {
      fact: `@prisma-vectorizer/generator is not installed, and \`prisma-vectorizer ${command}\` reads the schema with it.`,
      fix: 'Run `npm install --save-dev @prisma-vectorizer/generator`.',
      cause,
    })
  }
}
