// What an application writes once: Prisma Client with the extension that `prisma generate` derived.
import { PrismaPg } from '@prisma/adapter-pg'
import type { EmbedderResolver } from '@prisma-vectorizer/spec'
import { PrismaClient } from './generated/prisma/client.ts'
import { vectorizer } from './generated/vectorizer/index.ts'

export function createDb(url: string, embedder: EmbedderResolver) {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) }).$extends(vectorizer({ embedder }))
}

export type Db = ReturnType<typeof createDb>
