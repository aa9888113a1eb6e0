// Types of the methods that read embeddings without searching.
import type { Manifest } from '@prisma-vectorizer/spec'

// biome-ignore lint/complexity/noBannedTypes: nothing yet
export type ReadingMethods<M extends Manifest, Model extends string> = M extends never ? Model : {}
