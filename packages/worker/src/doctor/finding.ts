// What the doctor finds: one fact that is not as it should be, and what mends it.
import type { AnySpec } from '@prisma-vectorizer/spec'
import type { FindingCode } from './finding-codes.ts'

export type Level = 'error' | 'warning'

export interface Finding {
  /** Stable; docs/doctor.md lists them. */
  readonly code: FindingCode
  readonly level: Level
  /** `BlogPost.content`, or what the finding is about where it is no field: `database`. */
  readonly subject: string
  readonly fact: string
  readonly why?: string
  /** What to run. */
  readonly fix: string
  /** The same as a script, where SQL mends it. */
  readonly sql?: string
}

/** A finding without its subject; `fix` may be left out where `sql` says it. */
export interface Complaint {
  readonly code: FindingCode
  readonly level?: Level | undefined
  readonly fact: string
  readonly why?: string | undefined
  readonly fix?: string | undefined
  readonly sql?: string | undefined
}

/** A script longer than this is not shown: `doctor --sql` prints it. */
const shownLines = 3

export function findingOf(subject: string, { level = 'error', fix, why, sql, ...complaint }: Complaint): Finding {
  return {
    ...complaint,
    level,
    subject,
    ...(why === undefined ? {} : { why }),
    fix: fix ?? fixOf(sql),
    ...(sql === undefined ? {} : { sql }),
  }
}

const printsSql = 'npx prisma-vectorizer doctor --sql | npx prisma db execute --stdin'

function fixOf(sql: string | undefined): string {
  if (sql === undefined) {
    return 'Run the doctor where @prisma-vectorizer/generator is installed: it knows the SQL.'
  }
  return sql.split('\n').length <= shownLines ? sql : `Run \`${printsSql}\`.`
}

/** `BlogPost.content`: the text that is embedded, or the vector that the application writes. */
export const subjectOf = (spec: AnySpec): string =>
  `${spec.source.model}.${spec.kind === 'vectorizer' ? spec.source.text.field : spec.store.field}`
