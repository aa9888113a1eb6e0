// Fields that other extensions compute (`result` with `needs`), for Prisma reads what they need even where it is omitted.
import { delegateName } from '@prisma-vectorizer/spec'
import type { Client } from './client.ts'

/**
 * The fields of `model` from which others are computed; undefined where that cannot be told. `client` is the one that was
 * extended last: where our methods are there already, the last extension is another's, of which it knows nothing.
 */
export function neededFields(client: Client, model: string): ReadonlySet<string> | undefined {
  const { [delegateName(model)]: delegate } = client as unknown as Readonly<Record<string, object | undefined>>
  if (!client._extensions || !delegate || 'findSimilar' in delegate) return undefined
  const computed = Object.values(client._extensions.getAllComputedFields(model) ?? {})
  return new Set(computed.flatMap(({ needs }) => needs))
}
