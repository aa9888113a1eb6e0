// An application's folder with a provider package of its own in node_modules.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface FakeApplication {
  readonly folder: string
  install(name: string, source: string): void
  [Symbol.dispose](): void
}

export function fakeApplication(): FakeApplication {
  const folder = mkdtempSync(join(tmpdir(), 'vectorizer-application-'))
  return {
    folder,
    install(name, source) {
      const target = join(folder, 'node_modules', name)
      mkdirSync(target, { recursive: true })
      writeFileSync(join(target, 'package.json'), JSON.stringify({ name, type: 'module', exports: './index.js' }))
      writeFileSync(join(target, 'index.js'), source)
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** A provider package whose one factory makes models that echo the settings it was given as their id. */
export const echoing = (factory: string) => `
export const ${factory} = (settings) => ({
  embeddingModel: (id) => ({
    provider: 'echo', modelId: id, settings, maxEmbeddingsPerCall: undefined, supportsParallelCalls: true,
    doEmbed: async ({ values }) => ({ embeddings: values.map(() => [1, 1]) }),
  }),
})`
