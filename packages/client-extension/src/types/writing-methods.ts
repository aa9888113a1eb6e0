// Types of the methods that write vectors which the application brings.
import type { Manifest } from '@prisma-vectorizer/spec'

// biome-ignore lint/complexity/noBannedTypes: nothing yet
export type WritingMethods<M extends Manifest, Model extends string> = M extends never ? Model : {}
