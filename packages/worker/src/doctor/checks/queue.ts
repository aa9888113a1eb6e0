// The queue's table.
import { objectNames, queueKeyColumn, quoteTable, type VectorizerSpec, vectorizerSchema } from '@prisma-vectorizer/spec'
import type { Examined } from '../examination.ts'
import type { Complaint } from '../finding.ts'
import { sameColumns } from './source.ts'

export function checkQueue(subject: Examined<VectorizerSpec>): Complaint[] {
  const { spec, queue, tools } = subject
  const name = quoteTable({ schema: vectorizerSchema, table: objectNames(spec).queue })
  if (!queue) {
    return [
      {
        code: 'DR701',
        fact: `The queue ${name} does not exist any more.`,
        why: 'Writes to the source fail: its triggers write the queue.',
        sql: tools?.repairs.queue(spec),
      },
    ]
  }
  const differing = differences(subject, queue.columns)
  if (!sameColumns(queue.indexes.find(({ primary }) => primary)?.columns, keyOf(spec))) {
    differing.push(`its primary key is not (${keyOf(spec).join(', ')})`)
  }
  if (differing.length === 0) return []
  return [{ code: 'DR702', fact: `The queue ${name}: ${differing.join('; ')}.`, sql: tools?.repairs.queue(spec) }]
}

const keyOf = (spec: VectorizerSpec): string[] => spec.source.key.map((_, part) => queueKeyColumn(spec, part))

const ownColumns = {
  queued_at: 'TIMESTAMPTZ',
  not_before: 'TIMESTAMPTZ',
  lease: 'UUID',
  attempts: 'INTEGER',
  failed_at: 'TIMESTAMPTZ',
  error: 'TEXT',
} as const

function differences(
  { spec, tools }: Examined<VectorizerSpec>,
  columns: readonly { readonly name: string; readonly type: string }[],
): string[] {
  const key = spec.source.key.map(
    (part, index) => [queueKeyColumn(spec, index), tools?.queueKeyType(part) ?? ''] as const,
  )
  return [...key, ...Object.entries(ownColumns)].flatMap(([name, wanted]) => {
    const type = columns.find((column) => column.name === name)?.type
    if (type === undefined) return [`it has no column ${name}`]
    return tools?.isOtherType(type, wanted) ? [`${name} is ${type}, not ${wanted}`] : []
  })
}

/** Whether its rows can be counted. */
export const isCountable = (subject: Examined<VectorizerSpec>): boolean =>
  subject.queue !== undefined && differences(subject, subject.queue.columns).length === 0
