// The store: its columns, its keys, how it keeps vectors, and who may read it.
import {
  isPlain,
  quoteIdentifier,
  quoteTable,
  storeColumns,
  type TableStore,
  type VectorizerSpec,
  vectorColumn,
} from '@prisma-vectorizer/spec'
import type { TableFacts } from '../catalog.ts'
import { type Examined, generateAndMigrate, isVectorizer } from '../examination.ts'
import type { Complaint } from '../finding.ts'
import { renameBack, sameColumns } from './source.ts'

export function checkStore(subject: Examined): Complaint[] {
  if (isVectorizer(subject) && subject.spec.store.kind === 'table') return checkTable(subject, subject.spec.store)
  // The source, which is checked for itself.
  return subject.store ? checkVectors(subject, subject.store) : []
}

function checkTable(subject: Examined<VectorizerSpec>, wanted: TableStore): Complaint[] {
  const { spec, store, source, tools } = subject
  const rebuilt = tools?.repairs.store(spec, source?.secured ?? false)
  if (!store) {
    return [{ code: 'DR401', fact: `Its store ${quoteTable(wanted)} does not exist any more.`, sql: rebuilt }]
  }
  const missing = Object.values({ ...keyTypes(spec), ...ownTypes })
    .map(({ column }) => column)
    .filter((column) => !store.columns.some(({ name }) => name === column))
  if (missing.length > 0) {
    const columns = missing.map(quoteIdentifier).join(', ')
    return [
      {
        code: 'DR403',
        fact: `Its store ${quoteTable(store)} has no column ${columns}.`,
        // Vectors that the application brought cannot be made again.
        ...(spec.model === null
          ? { fix: `Put ${columns} back: \`npx prisma migrate diff\` has the statement.` }
          : { sql: rebuilt }),
      },
    ]
  }
  const sql = renameBack(store, wanted)
  return [
    ...(sql === undefined
      ? []
      : [
          {
            code: 'DR402',
            fact: `Its store ${quoteTable(wanted)} is called ${quoteTable(store)} now.`,
            ...(subject.pending.has(spec.name) ? { fix: generateAndMigrate } : { sql }),
          } as const,
        ]),
    ...checkTypes(subject, store),
    ...checkVectors(subject, store),
    ...checkKeys(subject, store, wanted),
    ...checkSecurity(subject, store),
  ]
}

const ownTypes = {
  embeddingUuid: { column: storeColumns.embeddingUuid, sqlType: 'UUID' },
  chunkSeq: { column: storeColumns.chunkSeq, sqlType: 'INTEGER' },
  chunk: { column: storeColumns.chunk, sqlType: 'TEXT' },
  embedding: { column: storeColumns.embedding, sqlType: '' },
} as const

const keyTypes = ({ source }: VectorizerSpec) =>
  Object.fromEntries(
    source.key.map(({ storeColumn, sqlType }) => [`key ${storeColumn}`, { column: storeColumn, sqlType }]),
  )

function checkTypes({ spec, tools }: Examined<VectorizerSpec>, store: TableFacts): Complaint[] {
  return Object.values({ ...keyTypes(spec), ...ownTypes }).flatMap(({ column, sqlType }) => {
    const type = store.columns.find(({ name }) => name === column)?.type ?? ''
    if (!tools?.isOtherType(type, sqlType)) return []
    const quoted = quoteIdentifier(column)
    return {
      code: 'DR404',
      fact: `${quoteTable(store)}.${quoted} is ${type}, not ${sqlType}.`,
      sql: `ALTER TABLE ${quoteTable(store)} ALTER COLUMN ${quoted} TYPE ${sqlType} USING ${quoted}::text::${sqlType};`,
    } as const
  })
}

/** The column of vectors, of any store. */
function checkVectors({ spec, tools }: Examined, store: TableFacts): Complaint[] {
  const name = vectorColumn(spec.store)
  const place = `${quoteTable(store)}.${quoteIdentifier(name)}`
  const column = store.columns.find((each) => each.name === name)
  if (!column) {
    return [{ code: 'DR403', fact: `The column ${place} does not exist any more.`, sql: tools?.repairs.column(spec) }]
  }
  const wanted = `${spec.type}(${spec.dimensions})${spec.kind === 'vector' && spec.list ? '[]' : ''}`
  // The extension's schema need not be on the search path.
  if (column.type.replace(/^.*\./u, '') !== wanted) {
    return [
      {
        code: 'DR405',
        fact: `${place} is ${column.type}, not ${wanted}.`,
        why: 'Prisma does not see the type of a vector: no migration of its own will mend it.',
        sql: tools?.repairs.retype(spec),
      },
    ]
  }
  if (!tools || !isPlain(spec) || column.plain) return []
  return [
    {
      code: 'DR410',
      level: 'warning',
      fact: `${place} is not stored in line (STORAGE PLAIN).`,
      why: 'Exact and filtered search read it 2.5 to 7 times slower. Rows keep their storage until they are written again.',
      sql: tools.repairs.plainStorage(spec),
    },
  ]
}

function checkKeys(
  { spec, source, tools }: Examined<VectorizerSpec>,
  store: TableFacts,
  wanted: TableStore,
): Complaint[] {
  const key = spec.source.key.map(({ storeColumn }) => storeColumn)
  const foreignKey = store.foreignKeys.find(
    ({ references, columns }) => references === source?.oid && sameColumns(columns, key),
  )
  const complaints: Complaint[] = []
  if (wanted.foreignKey && !foreignKey && source) {
    complaints.push({
      code: 'DR406',
      fact: `${quoteTable(store)} has no foreign key to ${quoteTable(source)}.`,
      why: 'The chunks of a row that is deleted would stay.',
      sql: tools?.repairs.foreignKey(spec),
    })
  }
  if (!wanted.foreignKey && foreignKey) {
    complaints.push({
      code: 'DR407',
      level: 'warning',
      fact: `${quoteTable(store)} has the foreign key ${quoteIdentifier(foreignKey.name)}, and the schema says \`relationMode = "prisma"\`.`,
      why: 'Some databases of that mode cannot have one; the triggers do without it.',
      sql: `ALTER TABLE ${quoteTable(store)} DROP CONSTRAINT ${quoteIdentifier(foreignKey.name)};`,
    })
  }
  const columns = [...key, storeColumns.chunkSeq]
  if (
    !store.indexes.some((index) => index.unique && index.valid && !index.partial && sameColumns(index.columns, columns))
  ) {
    complaints.push({
      code: 'DR408',
      fact: `${quoteTable(store)} has no unique key (${columns.map(quoteIdentifier).join(', ')}).`,
      why: 'The worker finds the chunks of a row by it.',
      sql: tools?.repairs.uniqueKey(spec),
    })
  }
  return complaints
}

function checkSecurity({ spec, source, tools, pending }: Examined<VectorizerSpec>, store: TableFacts): Complaint[] {
  if (!source?.secured || store.secured) return []
  return [
    {
      code: 'DR411',
      fact: `${quoteTable(source)} has row-level security, its store ${quoteTable(store)} has none.`,
      why: 'Whoever may read the store reads the text of rows that are hidden from them.',
      ...(pending.has(spec.name) ? { fix: generateAndMigrate } : { sql: tools?.repairs.rowSecurity(spec) }),
    },
  ]
}
