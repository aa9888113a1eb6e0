// What PostgreSQL says when the extension, the store or a new enough pgvector is missing, as VZ307.
import { type AnySpec, VectorizerError, vectorColumn } from '@prisma-vectorizer/spec'

interface Diagnosis {
  readonly says: RegExp
  readonly fact: string
  readonly why?: string
  readonly fix: string
}

function diagnoses(spec: AnySpec): Diagnosis[] {
  const store = escaped(spec.store.table)
  const column = vectorColumn(spec.store)
  const migrate = 'Run `npx prisma migrate deploy` (or `npx prisma-vectorizer push`) on this database.'
  return [
    {
      says: /(hnsw|ivfflat)\.iterative_scan/,
      fact: 'the database has a pgvector older than 0.8.',
      why: 'Filtered search needs its iterative index scans.',
      fix: 'Install pgvector 0.8 or newer on the server, then run `ALTER EXTENSION vector UPDATE`.',
    },
    {
      // A search says it of `c`, a write of the table; before the next, which would take that for the table's absence.
      says: new RegExp(
        `column ("?c\\."?${escaped(column)}"?|"${escaped(column)}" of relation "${store}") does not exist`,
      ),
      fact: `"${spec.store.table}" has no column "${column}".`,
      fix: migrate,
    },
    {
      says: new RegExp(`relation "(.*\\.)?${store}" does not exist|${store}.* does not exist in the current database`),
      fact: `the store "${spec.store.table}" does not exist.`,
      fix: migrate,
    },
    {
      says: /type "(vector|halfvec|sparsevec)" does not exist|operator does not exist: .*(vector|halfvec|sparsevec|bit)/,
      fact: 'the database has no pgvector, or not in the search path.',
      fix: `${migrate} Its first migration runs \`CREATE EXTENSION vector\`.`,
    },
    {
      says: /expected \d+ dimensions, not \d+|different (vector|halfvec|sparsevec) dimensions|different bit lengths/,
      fact: `the store "${spec.store.table}" holds vectors of another length than the manifest says (${spec.dimensions}).`,
      why: 'The generated client and the database come from different annotations.',
      fix: `Run \`npx prisma generate\`. ${migrate}`,
    },
  ]
}

/** The VZ307 for an error of the search statement, or the error itself when it is none of those. */
export function explainDatabaseError(error: unknown, spec: AnySpec, where: string): unknown {
  const message = error instanceof Error ? error.message : ''
  const diagnosis = diagnoses(spec).find(({ says }) => says.test(message))
  if (!diagnosis) return error
  const { fact, why, fix } = diagnosis
  return new VectorizerError('VZ307', { fact: `${where}: ${fact}`, why, fix, cause: error })
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
