// The process that `prisma generate` starts. Prisma's generator protocol is touched here and nowhere else.
import { createRequire } from 'node:module'
import { errorText, generate } from './generator.ts'

// CommonJS without named exports that Node's loader can see.
const { generatorHandler } = createRequire(import.meta.url)(
  '@prisma/generator-helper',
) as typeof import('@prisma/generator-helper')

generatorHandler({
  // Without a default Prisma stops before us, and says less. It is never written to: see below.
  onManifest: () => ({ prettyName: 'prisma-vectorizer', defaultOutput: '../generated/vectorizer' }),
  async onGenerate(options) {
    try {
      const { generator } = options
      const lines = generate({
        generator: {
          name: generator.name,
          output: (generator.isCustomOutput && generator.output?.value) || null,
          config: generator.config,
          sourceFilePath: generator.sourceFilePath,
        },
        schemaPath: options.schemaPath,
        dmmf: options.dmmf.datamodel,
      })
      // Prisma swallows a generator's stderr when it succeeds; stdout is shown.
      for (const line of lines) console.log(`prisma-vectorizer: ${line}`)
    } catch (error) {
      throw new Error(errorText(error))
    }
  },
})
