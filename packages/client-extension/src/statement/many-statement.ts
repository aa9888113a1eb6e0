// Many searches as one statement: what each finds by itself.
import type { SqlQuery } from '@prisma-vectorizer/spec'
import type { QueryParameter } from '../query/query-parameter.ts'
import { candidateTables, nearTables } from './near.ts'
import { scanSettings } from './scan-settings.ts'
import { best, hits, type StatementInput, settingsPutBack, settingsTable } from './statement.ts'
import { statementParts } from './statement-parts.ts'
import { statementValues } from './statement-values.ts'

export interface ManyStatementInput extends Omit<StatementInput, 'complete'> {
  readonly form: QueryParameter['form']
  /** The queries' vectors as text; `$1` is their JSON array. */
  readonly queries: readonly string[]
}

/**
 * Columns of the answer: those of one search, and `query`, which of the queries it is for, from 1. A query without hits
 * has one row of NULLs. The statement completes each search itself: see `Reach.complete`.
 */
export function manyStatement(asked: ManyStatementInput): SqlQuery {
  const input = { ...asked, complete: true }
  const values = statementValues()
  const list = values.add(JSON.stringify(input.queries))
  const parts = statementParts(input, values, { form: input.form, source: 'q.vector' })
  const limit = input.maxDistance === undefined ? undefined : values.add(input.maxDistance)
  const settings = input.read === 'all' ? [] : scanSettings(input.spec, input.read, input.tuning)
  const shared = [
    ...(settings.length ? [settingsTable(settings)] : []),
    ...candidateTables(parts, input),
    `queries as materialized (
  select value as vector, number::int from jsonb_array_elements_text(${list}::jsonb) with ordinality as v (value, number)
)`,
  ]
  const each = [...nearTables(parts, input), best(parts, input)]
  return {
    text: `with ${shared.join(', ')}
select q.number as query, t.*, null::int as scanned${settings.length ? `,\n  ${settingsPutBack(settings)}` : ''}
from ${settings.length ? 'settings s cross join ' : ''}queries q left join lateral (
with ${each.join(', ')}
${hits(parts, limit)}
) t on true
order by q.number, t.distance, ${parts.keyNames}`,
    values: values.values,
  }
}
