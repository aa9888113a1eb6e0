// What an engine's failure means: the engine wraps driver errors, and the useful parts have to be found again.
import type { RequestParameters } from './engine.ts'
import { asDriverError, EngineError } from './errors.ts'
import type { FailedScript, Session } from './session.ts'

/** Translates what the WebAssembly engine threw. */
export function readFailure(
  error: unknown,
  session: Pick<Session, 'factory' | 'failedScript'>,
  method: string,
  parameters: RequestParameters,
): EngineError {
  if (error instanceof EngineError) return error
  const { code, message } = asDriverError(error)
  const ours = registeredError(message, session)
  if (ours) return ours

  const text = withoutTrace(message)
  // The engine's words for "the driver failed"; without them it got over the script and failed for another reason.
  const failed = text.includes('external connector error') ? session.failedScript() : undefined
  if (!failed) return new EngineError(text, { code, cause: error })
  const reason = describeScriptFailure(failed)
  if (code !== undefined) return new EngineError(`${firstLine(text)}\n${reason}`, { code, cause: error })
  const migration = method === 'applyMigrations' ? migrationOf(failed.script, parameters) : undefined
  if (migration === undefined) return new EngineError(reason, { cause: error })
  const lines = [
    `Migration \`${migration}\` failed, and no other is applied until that is resolved (prisma migrate resolve).`,
    reason,
  ]
  return new EngineError(lines.join('\n'), { code: 'P3018', cause: error })
}

/** Errors that our own code throws inside the engine reach it as a number. */
function registeredError(message: string, session: Pick<Session, 'factory'>): EngineError | undefined {
  const number = /External error id#(\d+)/u.exec(message)?.[1]
  if (number === undefined) return undefined
  const error = session.factory.errorRegistry.consumeError(Number(number))?.error
  return error instanceof EngineError ? error : new EngineError(asDriverError(error).message, { cause: error })
}

/** Without the engine's list of spans, which names functions of its Rust source. */
function withoutTrace(message: string): string {
  return message.replace(/\n +0: [\s\S]*$/u, '').trim()
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.trim() ?? text
}

function describeScriptFailure({ script, error }: FailedScript): string {
  const { code, message } = asDriverError(error)
  const position = error instanceof Error && 'position' in error ? Number(error.position) : Number.NaN
  // PostgreSQL counts characters where JavaScript counts UTF-16 units; line breaks before it are what is wanted.
  const line = Number.isNaN(position) ? undefined : [...script].slice(0, position).join('').split('\n').length
  const place = [...(code ? [`SQLSTATE ${code}`] : []), ...(line ? [`line ${line}`] : [])].join(', ')
  return `Database error: ${message}${place ? ` (${place})` : ''}`
}

function migrationOf(script: string, { migrationsList }: RequestParameters): string | undefined {
  const { migrationDirectories = [] } = (migrationsList ?? {}) as Partial<MigrationList>
  return migrationDirectories.find(({ migrationFile }) => migrationFile.content.value === script)?.path
}

interface MigrationList {
  readonly migrationDirectories: readonly {
    readonly path: string
    readonly migrationFile: { readonly content: { readonly value: string } }
  }[]
}
