// What went wrong with the soak, and what may: a fault is a sentence, and one is enough to fail the run.

export interface Failures {
  readonly list: string[]
  fail(fault: string): void
}

/** The same fault again and again is one: only the first ten are told at once, all are counted. */
export function createFailures(): Failures {
  const list: string[] = []
  return {
    list,
    fail(fault) {
      list.push(fault)
      if (list.length <= 10) console.log(`FAULT: ${fault}`)
    },
  }
}

/** SQLSTATE of a database error. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** An error as one line, with what PostgreSQL adds to it. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const part = (name: string) => {
    const value = (error as unknown as Record<string, unknown>)[name]
    return typeof value === 'string' ? ` [${name}: ${value}]` : ''
  }
  return error.message + ['code', 'detail', 'where', 'hint'].map(part).join('')
}
