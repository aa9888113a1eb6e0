// The triggers on the source: nothing is queued without them, and Prisma sees none.
import { quoteIdentifier, quoteTable, type VectorizerSpec, vectorizerSchema } from '@prisma-vectorizer/spec'
import { type ExpectedTrigger, type TriggerFacts, triggersOf } from '../catalog.ts'
import type { Examined } from '../examination.ts'
import type { Complaint } from '../finding.ts'

export function checkTriggers({ spec, source, catalog, tools }: Examined<VectorizerSpec>): Complaint[] {
  if (!source) return []
  const missing: string[] = []
  const elsewhere: TriggerFacts[] = []
  const silent: (ExpectedTrigger & { readonly off: boolean })[] = []
  const misled: TriggerFacts[] = []
  for (const wanted of triggersOf(spec, source.partitioned)) {
    const all = catalog.triggers.filter(({ name }) => name === wanted.name)
    const found = all.find(({ tableOid }) => tableOid === source.oid)
    if (!found) missing.push(wanted.name)
    else if (found.function !== `${vectorizerSchema}.${wanted.function}`) misled.push(found)
    else if (found.fires !== 'A' && found.fires !== wanted.fires) silent.push({ ...wanted, off: found.fires === 'D' })
    elsewhere.push(...all.filter(({ tableOid }) => tableOid !== source.oid))
  }
  const moved = elsewhere.filter(({ name }) => missing.includes(name))
  const gone = missing.filter((name) => !moved.some((trigger) => trigger.name === name))
  const table = quoteTable(source)
  const made = tools?.repairs.triggers(spec)
  const drops = elsewhere.map(({ name, table: other }) => `DROP TRIGGER ${quoteIdentifier(name)} ON ${other};`)
  const complaints: Complaint[] = []
  if (gone.length > 0) {
    const fact = `${table} lacks the ${counted(gone)}.`
    const why = source.partitioned
      ? `${lost} Those of a table without partitions miss what is written to a partition.`
      : lost
    complaints.push({ code: 'DR601', fact, why, sql: made })
  }
  if (elsewhere.length > 0) {
    const tables = [...new Set(elsewhere.map((trigger) => trigger.table))].join(', ')
    complaints.push({
      code: 'DR603',
      fact: `The ${counted(elsewhere.map(({ name }) => name))} of ${table} ${are(elsewhere)} on ${tables}.`,
      why: moved.length > 0 ? lost : 'Writes of another table disturb the queue.',
      // Those of our table are there besides: only the others go.
      sql: moved.length === 0 ? drops.join('\n') : made && [...drops, made].join('\n'),
    })
  }
  if (silent.length > 0) {
    const enabled = silent.map(
      ({ name, fires }) => `ALTER TABLE ${table} ENABLE ${how[fires]}TRIGGER ${quoteIdentifier(name)};`,
    )
    const state = silent.every(({ off }) => off)
      ? `${are(silent)} disabled`
      : `${silent.length === 1 ? 'does' : 'do'} not fire in the sessions ${silent.length === 1 ? 'it is' : 'they are'} for`
    complaints.push({
      code: 'DR602',
      fact: `The ${counted(silent.map(({ name }) => name))} on ${table} ${state}.`,
      why: lost,
      sql: [...enabled, ...(tools ? [tools.repairs.enqueue(spec)] : [])].join('\n'),
    })
  }
  if (misled.length > 0) {
    const calls = misled.map(({ name, function: called }) => `${quoteIdentifier(name)} calls ${called}`)
    complaints.push({ code: 'DR604', fact: `On ${table} ${calls.join(', ')}.`, why: lost, sql: made })
  }
  return complaints
}

const lost = 'Changes of the rows are not queued: their embeddings are out of date from then on.'

const how = { O: '', R: 'REPLICA ', A: 'ALWAYS ' } as const

const are = (things: readonly unknown[]): string => (things.length === 1 ? 'is' : 'are')

const counted = (names: readonly string[]): string =>
  `trigger${names.length === 1 ? '' : 's'} ${names.map(quoteIdentifier).join(', ')}`
