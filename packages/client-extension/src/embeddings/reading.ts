// Methods that read embeddings without searching.
import type { Method } from './method-context.ts'

export const readingMethods: Readonly<Record<string, Method>> = {}
