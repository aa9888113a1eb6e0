// The oid of pgvector's type in a database, which a binary array has to name.
import type { VectorSpec } from '@prisma-vectorizer/spec'
import type { ModelConnection } from '../prisma/connection.ts'

// By driver adapter: that is one database.
const known = new WeakMap<object, number>()

/** Undefined where vectors do not go as bytes of that type. */
export async function vectorOidOf(connection: ModelConnection, spec: VectorSpec & { readonly list?: boolean }) {
  const adapter = connection.client._engineConfig?.adapter
  const isDense = spec.type === 'vector' || spec.type === 'halfvec'
  if (!adapter || !isDense || spec.list || connection.vectorFormat !== 'binary') return undefined
  const present = known.get(adapter)
  if (present !== undefined) return present
  const [row] = await connection.run({ text: `select 'vector'::regtype::oid::int as oid`, values: [] })
  const oid = Number(row?.['oid'])
  known.set(adapter, oid)
  return oid
}

/** After a failure: the extension may have been made anew, and its type with it. */
export function forgetVectorOid({ client }: ModelConnection): void {
  const adapter = client._engineConfig?.adapter
  if (adapter) known.delete(adapter)
}
