// VectorizerSpecs → the typed module the application imports: data, and the extension bound to it.
import { type Manifest, specVersion, type VectorizerSpec } from '@prisma-vectorizer/spec'

export function emitManifest(specs: readonly VectorizerSpec[]): string {
  const manifest: Manifest = { version: specVersion, vectorizers: specs }
  return `// Derived by prisma-vectorizer: change the @vectorizer annotations and run \`prisma generate\`.
import { createVectorizer } from '@prisma-vectorizer/client'

/** What the schema says, as data: the literal types of this value are the types of \`findSimilar\`. */
export const manifest = ${JSON.stringify(manifest, null, 2)} as const

/** The client extension: \`new PrismaClient({ adapter }).$extends(vectorizer())\`. */
export const vectorizer = createVectorizer(manifest)
`
}
