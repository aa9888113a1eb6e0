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
  const isKeyed = sameColumns(queue.indexes.find(({ primary }) => primary)?.columns, keyOf(spec))
  const facts = [
    ...differing.map(({ fact }) => fact),
    ...(isKeyed ? [] : [`its primary key is not (${keyOf(spec).join(', ')})`]),
  ]
  if (facts.length === 0) return []
  const lacking = differing.flatMap(({ lacks }) => lacks ?? [])
  const added = isKeyed && lacking.length === differing.length ? tools?.repairs.queueColumns(spec, lacking) : undefined
  return [
    {
      code: 'DR702',
      fact: `The queue ${name}: ${facts.join('; ')}.`,
      why: 'Triggers write it and workers claim from it: the one or the other fails.',
      sql: added ?? tools?.repairs.queue(spec),
    },
  ]
}

const keyOf = (spec: VectorizerSpec): string[] => spec.source.key.map((_, part) => queueKeyColumn(spec, part))

const ownColumns = {
  queued_at: 'TIMESTAMPTZ',
  not_before: 'TIMESTAMPTZ',
  lease: 'UUID',
  attempts: 'INTEGER',
  lost_leases: 'INTEGER',
  reembed: 'BOOLEAN',
  failed_at: 'TIMESTAMPTZ',
  error: 'TEXT',
} as const

function differences(
  { spec, tools }: Examined<VectorizerSpec>,
  columns: readonly { readonly name: string; readonly type: string }[],
): { readonly fact: string; readonly lacks?: string }[] {
  const key = spec.source.key.map(
    (part, index) => [queueKeyColumn(spec, index), tools?.queueKeyType(part) ?? ''] as const,
  )
  return [...key, ...Object.entries(ownColumns)].flatMap(([name, wanted]) => {
    const type = columns.find((column) => column.name === name)?.type
    if (type === undefined) return [{ fact: `it has no column ${name}`, lacks: name }]
    return tools?.isOtherType(type, wanted) ? [{ fact: `${name} is ${type}, not ${wanted}` }] : []
  })
}

/** Whether its rows can be counted. */
export const isCountable = (subject: Examined<VectorizerSpec>): boolean =>
  subject.queue !== undefined && differences(subject, subject.queue.columns).length === 0
