// Standard error as the CLI reads it: one JSON object per line.
import { writeSync } from 'node:fs'

export interface LogFields {
  readonly message: string
  readonly is_panic?: boolean
  readonly error_code?: string | undefined
  readonly backtrace?: string | undefined
}

/** The CLI takes the reason of a failed sub command from the line of level `ERROR` with this target. */
export function log(level: 'INFO' | 'WARN' | 'ERROR', fields: LogFields): void {
  const line = { timestamp: new Date().toISOString(), level, fields, target: 'schema_engine::logger' }
  // Synchronous: the process may end right after.
  writeSync(2, `${JSON.stringify(line)}\n`)
}
