// The two namespaces `Prisma` of the fixture, as the two generators make them.
import { createRequire } from 'node:module'
import { generateClient } from './generate-client.ts'

export type Prisma = typeof import('../fixture/generated/client/client.ts').Prisma

export const generators = ['prisma-client', 'prisma-client-js'] as const

/** With the `sql` that fragments for this client must be made by. */
export async function namespaceOf(generator: (typeof generators)[number]): Promise<Prisma> {
  await generateClient()
  if (generator === 'prisma-client') return (await import('../fixture/generated/client/client.ts')).Prisma
  return createRequire(import.meta.url)('../fixture/generated/client-js/index.js').Prisma
}
