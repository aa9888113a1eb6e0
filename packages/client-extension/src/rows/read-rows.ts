// Where the rows of the hits come from: the search's own statement where nothing speaks against it, else findMany.
import { invalid } from '../arguments/argument-readers.ts'
import type { RowArguments } from '../arguments/arguments.ts'
import type { AskedSearch } from '../find-similar/find-similar.ts'
import type { InterceptedFindMany } from '../prisma/intercept.ts'
import { decodeRows } from './decode-row.ts'
import { hydration } from './hydrate.ts'
import { type RowSource, rowSource } from './row-source.ts'
import type { Hit } from './rows.ts'

type Row = Record<string, unknown>

export interface RowReading {
  /** Undefined where findMany reads the rows. */
  readonly source: RowSource | undefined
  /** `(hit) → its row`, undefined where it may not be shown. */
  rowsOf(hits: readonly (readonly Hit[])[]): Promise<(hit: Hit) => Row | undefined>
}

/** `behind`: whether extensions applied after ours have to see the rows being read. */
export async function readRows(
  asked: AskedSearch,
  call: InterceptedFindMany,
  args: RowArguments,
  behind: boolean,
): Promise<RowReading> {
  const { connection, model, options, name } = asked
  const { search } = options
  const source = behind || !call.hooked ? undefined : await rowSource(connection, model, search, args)
  if (!source && call.transaction?.kind === 'batch') {
    throw invalid(
      name,
      'in `$transaction([…])` it returns scalar fields only.',
      'Use an interactive transaction: $transaction(async (tx) => tx.…).',
      'An element of that array is one statement, and relations or other extensions’ hooks take a second one.',
    )
  }

  async function hydrated(hits: readonly Hit[]): Promise<(hit: Hit) => Row | undefined> {
    if (hits.length === 0) return () => undefined
    const { globallyOmitted } = connection
    const { args: hitArguments, rowOf } = hydration({ search, args, globallyOmitted }, hits)
    return rowOf((await call.read(hitArguments)) as readonly unknown[])
  }

  async function rowsOf(lists: readonly (readonly Hit[])[]) {
    const hits = lists.flat()
    if (!source) return hydrated(hits)
    const isList = (field: string) => connection.compiler.isList(model, field)
    const rows = await decodeRows(hits, source.columns, isList)
    return rows ? (hit: Hit) => rows.get(hit) : hydrated(hits)
  }

  return { source, rowsOf }
}
