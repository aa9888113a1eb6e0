// Builds, rebuilds and drops the index of one vectorizer without blocking its writes. Each step leaves a state that the
// next run understands, so what is interrupted is taken up again.
import { createIndexSql, type Database, quoteIdentifier, quoteTable } from '@prisma-vectorizer/spec'
import type { Session } from '../database/session.ts'
import { sqlState } from '../pipeline/failure.ts'
import { type BuildMemory, setAll, withIndexLock } from './build-session.ts'
import { cancelOnAbort } from './cancel.ts'
import { buildFailure, isPartitioned, notOwner } from './failure.ts'
import { type BuildProgress, watchBuild } from './progress.ts'
import { type IndexTarget, readTargets } from './target.ts'

export interface UpkeepContext extends BuildMemory {
  readonly database: Database
  readonly openSession: () => Promise<Session>
  /** Aborted: the build is cancelled in the server, and what it left is dropped. */
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((target: IndexTarget, progress: BuildProgress) => void) | undefined
}

/**
 * What was done. `unchanged`: the index is there, or none is wanted. `busy`: another session is at it. `stopped`: the signal
 * was aborted, and nothing is left of what was begun.
 */
export type UpkeepOutcome = 'built' | 'rebuilt' | 'dropped' | 'unchanged' | 'busy' | 'stopped'

/** The statements that `ensureIndex` would run, each to be run in no transaction. */
export function plannedStatements(
  target: IndexTarget,
  { rebuild = false }: { readonly rebuild?: boolean },
): readonly string[] {
  const { state, replacement, index } = target
  if (state === 'unwanted' || state === 'building') return []
  const leftover = replacement.state === 'absent' ? [] : [dropSql(target, replacement.name)]
  if (rebuild && (state === 'valid' || state === 'different')) {
    return [...leftover, createSql(target, replacement.name), dropSql(target, index), renameSql(target)]
  }
  if (state === 'valid' || state === 'different') return leftover
  const broken = state === 'invalid' ? [dropSql(target, index)] : []
  if (replacement.state === 'valid') return [...broken, renameSql(target)]
  return [...broken, ...leftover, createSql(target, index)]
}

/** The same of `dropIndex`. */
export const droppedStatements = (target: IndexTarget): readonly string[] => [
  ...(target.state === 'absent' || target.state === 'unwanted' ? [] : [dropSql(target, target.index)]),
  ...(target.replacement.state === 'absent' ? [] : [dropSql(target, target.replacement.name)]),
]

/**
 * Builds the index where it is absent or not valid; with `rebuild` also where it is valid or another than the spec's: a new
 * one, which then takes the place of the old one, so that searches are never without. An interrupted REINDEX would leave
 * indexes of names that PostgreSQL chooses, and could not change what the index is.
 *
 * Throws VZ520, with nothing that is half built left behind unless the connection is lost.
 */
export async function ensureIndex(
  context: UpkeepContext,
  target: IndexTarget,
  { rebuild = false }: { readonly rebuild?: boolean } = {},
): Promise<UpkeepOutcome> {
  return underLock(context, target, async (session, current) => {
    const statements = plannedStatements(current, { rebuild })
    for (const statement of statements) await runStep(context, session, current, statement)
    if (statements.every((statement) => statement.startsWith('DROP'))) return 'unchanged'
    return current.state === 'absent' || current.state === 'invalid' ? 'built' : 'rebuilt'
  })
}

/** Drops the index, valid or not. Throws VZ520. */
export async function dropIndex(context: UpkeepContext, target: IndexTarget): Promise<UpkeepOutcome> {
  return underLock(context, target, async (session, current) => {
    const statements = droppedStatements(current)
    for (const statement of statements) await session.query(statement)
    return statements.length > 0 ? 'dropped' : 'unchanged'
  })
}

async function underLock(
  context: UpkeepContext,
  target: IndexTarget,
  work: (session: Session, current: IndexTarget) => Promise<UpkeepOutcome>,
): Promise<UpkeepOutcome> {
  if (!target.owns) throw notOwner(target)
  if (target.partitioned) throw isPartitioned(target)
  try {
    return await withIndexLock(context.openSession, target, context, async (session) => {
      // Another may just have finished with it.
      const current = await settled(session, target)
      return current === 'building' ? 'busy' : work(session, current)
    })
  } catch (error) {
    if (context.signal?.aborted) return 'stopped'
    // Made meanwhile by a session that does not know of the lock.
    if (sqlState(error) === '42P07' && (await isThere(context, target))) return 'busy'
    throw buildFailure(target, error)
  }
}

async function isThere({ database }: UpkeepContext, { name }: IndexTarget): Promise<boolean> {
  const [target] = await readTargets(database, name)
  return target !== undefined && 'state' in target && target.state !== 'absent'
}

/** The state, once those builds are over that this role may not see: they hold the table's lock. */
async function settled(session: Session, target: IndexTarget): Promise<IndexTarget | 'building'> {
  const current = await readTarget(session, target)
  if (current.state === 'building') return 'building'
  if (current.state !== 'invalid' && current.replacement.state !== 'unfit') return current
  await session.query('BEGIN')
  await session.query(`LOCK TABLE ${current.store} IN SHARE UPDATE EXCLUSIVE MODE`)
  await session.query('COMMIT')
  return readTarget(session, target)
}

async function readTarget(session: Session, { name, label }: IndexTarget): Promise<IndexTarget> {
  const [target] = await readTargets(session, name)
  if (!target) throw new Error(`${label} is no longer in the registry`)
  if ('error' in target) throw target.error
  return target
}

async function runStep(
  context: UpkeepContext,
  session: Session,
  target: IndexTarget,
  statement: string,
): Promise<void> {
  if (!statement.startsWith('CREATE')) {
    // Also once the signal is aborted: what follows a build is short, and gives it its place.
    await session.query(statement)
    return
  }
  context.signal?.throwIfAborted()
  try {
    await create(context, session, target, statement)
  } catch (error) {
    await clearAway(context, session, target, error)
    // Shared memory, which a container may have little of, is for parallel builds only.
    if (context.signal?.aborted || !isShortOfSharedMemory(error)) throw error
    const before = await setAll(session, { max_parallel_maintenance_workers: '0' })
    try {
      await create(context, session, target, statement)
    } catch (again) {
      await clearAway(context, session, target, again)
      throw again
    } finally {
      await setAll(session, before)
    }
  }
}

const isShortOfSharedMemory = (error: unknown): boolean =>
  error instanceof Error && /^53[12]00$/.test(sqlState(error) ?? '') && /shared memory/i.test(error.message)

async function create(context: UpkeepContext, session: Session, target: IndexTarget, statement: string): Promise<void> {
  const { database, signal, onProgress } = context
  const [backend] = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const pid = backend?.pid ?? 0
  const unwatch = onProgress ? watchBuild(database, pid, (progress) => onProgress(target, progress)) : () => {}
  const release = cancelOnAbort(database, pid, signal)
  try {
    await session.query(statement)
  } finally {
    release()
    unwatch()
  }
}

/** Drops what a failed build has left; of a lost connection there is nothing that could be asked. */
async function clearAway(
  { signal }: UpkeepContext,
  session: Session,
  target: IndexTarget,
  error: unknown,
): Promise<void> {
  if (sqlState(error) === undefined || sqlState(error) === '42P07') return
  const left = await readTarget(session, target).catch(() => undefined)
  const names = [
    ...(left?.state === 'invalid' ? [left.index] : []),
    ...(left?.replacement.state === 'unfit' ? [left.replacement.name] : []),
  ]
  if (names.length === 0) return
  // It waits for every transaction that may use the table, and who wants to stop does not: the next run finds the rest.
  const before = await setAll(session, { lock_timeout: signal?.aborted ? '5s' : '0' })
  for (const name of names) await session.query(dropSql(target, name)).catch(() => {})
  await setAll(session, before)
}

const createSql = ({ spec, store }: IndexTarget, name: string): string =>
  createIndexSql(spec, { concurrently: true, table: store, name })

const dropSql = ({ schema }: IndexTarget, name: string): string =>
  `DROP INDEX CONCURRENTLY IF EXISTS ${quoteTable({ schema, table: name })}`

const renameSql = ({ schema, replacement, index }: IndexTarget): string =>
  `ALTER INDEX ${quoteTable({ schema, table: replacement.name })} RENAME TO ${quoteIdentifier(index)}`
