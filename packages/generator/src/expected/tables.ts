// The tables that all vectorizers share, and the queue's own columns, as this version makes them.
import { InternalError, type VectorizerSpec } from '@prisma-vectorizer/spec'
import { sqlNames } from '../emit/sql-names.ts'
import { renderSql } from '../sql/render.ts'

export interface ExpectedTable {
  /** In schema `vectorizer`, e.g. `error`. */
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

const table = /^CREATE TABLE IF NOT EXISTS vectorizer\.(\w+) \(\n([\s\S]*?)^\);/gmu
/** A constraint begins with a capital letter. */
const column = /^ {2}([a-z_]+) ([a-z]+)/gmu

/** What workers write beside the queues: `error`, `progress`, `worker`. Without the registry, which only migrations write. */
export function expectedTables(): readonly ExpectedTable[] {
  const found = [...renderSql('install').matchAll(table)].map(([, name = '', body = '']) => ({
    name,
    columns: [...body.matchAll(column)].map(([, columnName = '', type = '']) => ({ name: columnName, type })),
  }))
  const shared = found.filter(({ name }) => name !== 'vectorizer')
  if (shared.length !== 3 || shared.some(({ columns }) => columns.length < 6)) {
    throw new InternalError('sql/install.sql is not read as it is written')
  }
  return shared
}

/** In the queue's index too: the index would have to be made again. */
const ordering = ['queued_at', 'failed_at']

/** How queue.sql writes those of the queue's own `names` that can be added to a queue. */
export function queueColumnDefinitions(spec: VectorizerSpec, names: readonly string[]): readonly string[] {
  const lines = renderSql('queue', sqlNames(spec)).split('\n')
  return names.flatMap((name) => {
    const line = ordering.includes(name) ? undefined : lines.find((each) => each.startsWith(`  ${name} `))
    return line === undefined ? [] : line.replace(/,?(?:\s+--.*)?$/u, '').trim()
  })
}
