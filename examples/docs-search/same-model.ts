// Vectors of two models cannot be compared. PGlite's folder goes by the model; a server is told which model it has.
import { quoteLiteral } from '@prisma-vectorizer/spec'
import type { Db } from './db.ts'

/** Remembers the model in a comment on the store, which Prisma Migrate does not mind. Throws if there is another. */
export async function assertSameModel(db: Db, model: string): Promise<void> {
  const [store] = await db.$queryRaw<{ model: string | null }[]>`
    select obj_description('"BlogPost_embedding_store"'::regclass, 'pg_class') as model`
  if (store?.model && store.model !== model) {
    throw new Error(
      `This database was embedded with ${store.model}. Set EMBEDDING_MODEL=${store.model}, or use another database for ${model}.`,
    )
  }
  await db.$executeRawUnsafe(`comment on table "BlogPost_embedding_store" is ${quoteLiteral(model)}`)
}
