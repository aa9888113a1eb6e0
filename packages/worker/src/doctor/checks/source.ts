// The source: its table, the columns that are read, and the key.
import { filterColumns, quoteIdentifier, quoteTable } from '@prisma-vectorizer/spec'
import type { TableFacts } from '../catalog.ts'
import { type Examined, generateAndMigrate } from '../examination.ts'
import type { Complaint } from '../finding.ts'

export function checkSource(subject: Examined): Complaint[] {
  const { source, spec } = subject
  if (!source) {
    return [
      {
        code: 'DR301',
        fact: `Its table ${quoteTable(spec.source)} does not exist any more.`,
        fix: 'Restore the table, or remove the annotation, then run `npx prisma generate` and `npx prisma migrate deploy`.',
      },
    ]
  }
  return [...checkName(subject, source), ...checkColumns(subject, source), ...checkKey(subject, source)]
}

function checkName({ spec, pending }: Examined, source: TableFacts): Complaint[] {
  const sql = renameBack(source, spec.source)
  if (sql === undefined) return []
  return [
    {
      code: 'DR302',
      fact: `Its table ${quoteTable(spec.source)} is called ${quoteTable(source)} now.`,
      why: 'The worker follows the new name; the next migration of ours would not.',
      ...(pending.has(spec.name) ? { fix: generateAndMigrate } : { sql }),
    },
  ]
}

/** Undefined where the names agree. */
export function renameBack(
  actual: TableFacts,
  wanted: { readonly schema: string | null; readonly table: string },
): string | undefined {
  const statements: string[] = []
  if (actual.table !== wanted.table) {
    statements.push(`ALTER TABLE ${quoteTable(actual)} RENAME TO ${quoteIdentifier(wanted.table)};`)
  }
  if (wanted.schema !== null && wanted.schema !== actual.schema) {
    const there = quoteTable({ schema: actual.schema, table: wanted.table })
    statements.push(`ALTER TABLE ${there} SET SCHEMA ${quoteIdentifier(wanted.schema)};`)
  }
  return statements.length > 0 ? statements.join('\n') : undefined
}

function checkColumns({ spec, tools, pending }: Examined, source: TableFacts): Complaint[] {
  const filtered = spec.kind === 'vectorizer' ? filterColumns(spec.source.filter) : []
  const texts = spec.kind === 'vectorizer' ? [spec.source.text, ...spec.source.templateColumns] : []
  const complaints: Complaint[] = []
  const types = new Map<string, string | undefined>()
  for (const { column } of texts) types.set(column, undefined)
  for (const { column, type, sqlType } of filtered) types.set(column, type === 'text' ? undefined : sqlType)
  for (const { column, sqlType } of spec.source.key) types.set(column, sqlType)
  for (const [column, sqlType] of types) {
    const found = source.columns.find(({ name }) => name === column)
    if (!found) {
      complaints.push({
        code: 'DR303',
        fact: `${quoteTable(source)} has no column "${column}" any more.`,
        why: 'The worker reads it, and so do the triggers.',
        fix: pending.has(spec.name)
          ? generateAndMigrate
          : 'If it was renamed, give its field that name with `@map`; if it was dropped, mend the annotation. Then run `npx prisma generate` and `npx prisma migrate dev`.',
      })
    } else if (sqlType !== undefined && tools?.isOtherType(found.type, sqlType)) {
      complaints.push({
        code: 'DR304',
        fact: `${quoteTable(source)}."${column}" is ${found.type}, not ${sqlType}.`,
        why: 'Until the triggers know the new type every update queues its row.',
        fix: pending.has(spec.name)
          ? generateAndMigrate
          : 'Give its field that type, then run `npx prisma generate` and `npx prisma migrate dev`.',
      })
    }
  }
  return complaints
}

function checkKey({ spec, pending }: Examined, source: TableFacts): Complaint[] {
  const wanted = spec.source.key.map(({ column }) => column)
  const primary = source.indexes.find((index) => index.primary)
  // A column that is gone is told already.
  if (!wanted.every((column) => source.columns.some(({ name }) => name === column))) return []
  if (sameColumns(primary?.columns, wanted)) return []
  const actual = primary?.columns?.map((column) => `"${column}"`).join(', ')
  return [
    {
      code: 'DR305',
      fact: `The primary key of ${quoteTable(source)} is ${actual ? `(${actual})` : 'missing'}, not (${wanted.map((column) => `"${column}"`).join(', ')}).`,
      why: 'The queue and the store are kept by the key.',
      fix: pending.has(spec.name)
        ? generateAndMigrate
        : `Put the key back, or give the model that key, then run \`npx prisma generate\` and \`npx prisma migrate dev\`.`,
    },
  ]
}

/** In whichever order. */
export const sameColumns = (actual: readonly string[] | null | undefined, wanted: readonly string[]): boolean =>
  actual?.length === wanted.length && wanted.every((column) => actual.includes(column))
