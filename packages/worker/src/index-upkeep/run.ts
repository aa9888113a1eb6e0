// One run over the indexes of a database, as the command makes it: what is there, what is to be done, and what came of it.
import { isVectorizerError, minRowsOf, type VectorizerError } from '@prisma-vectorizer/spec'
import { findVectorizer } from '../registry.ts'
import { noVectorizers } from '../report.ts'
import {
  dropIndex,
  droppedStatements,
  ensureIndex,
  plannedStatements,
  type UpkeepContext,
  type UpkeepOutcome,
} from './build.ts'
import { countVectors } from './count.ts'
import { type BrokenTarget, type IndexState, type IndexTarget, readTargets } from './target.ts'

export interface UpkeepRun {
  /** By label or registry name. None: all; those that wait for a number of vectors are then left until there are as many. */
  readonly names: readonly string[]
  readonly rebuild: boolean
  readonly drop: boolean
  readonly dryRun: boolean
}

export interface UpkeepReport {
  /** `BlogPost.contentEmbeddings`. */
  readonly vectorizer: string
  readonly index: string | null
  /** Before the run; null where it could not be looked at. */
  readonly state: IndexState | null
  readonly difference?: string | undefined
  /** `waiting`: for more vectors. `planned`: nothing was run. */
  readonly outcome: UpkeepOutcome | 'waiting' | 'planned' | 'failed'
  readonly seconds: number
  /** Of how many vectors it waits, and how many there are. */
  readonly waiting?: { readonly vectors: number; readonly minRows: number }
  /** What a dry run leaves undone. */
  readonly statements?: readonly string[]
  readonly error?: VectorizerError
}

/** Throws VZ502, VZ503, VZ507. What fails of one index is in its report. Stops after the first where `signal` is aborted. */
export async function runUpkeep(
  context: UpkeepContext,
  run: UpkeepRun,
  onReport: (report: UpkeepReport) => void,
): Promise<readonly UpkeepReport[]> {
  const known = await readTargets(context.database)
  if (known.length === 0) throw noVectorizers()
  const targets = run.names.length === 0 ? known : run.names.map((name) => findVectorizer(known, name))
  const reports: UpkeepReport[] = []
  for (const target of new Set(targets)) {
    if (context.signal?.aborted) break
    const report = await upkeepOf(context, run, target)
    reports.push(report)
    onReport(report)
  }
  return reports
}

async function upkeepOf(
  context: UpkeepContext,
  run: UpkeepRun,
  target: IndexTarget | BrokenTarget,
): Promise<UpkeepReport> {
  const { label: vectorizer } = target
  if ('error' in target) {
    return { vectorizer, index: null, state: null, outcome: 'failed', seconds: 0, error: target.error }
  }
  const { index, state, difference } = target
  const report = { vectorizer, index: state === 'unwanted' ? null : index, state, difference }
  const started = Date.now()
  try {
    const waiting = await waitingOf(context, run, target)
    if (waiting) return { ...report, outcome: 'waiting', seconds: 0, waiting }
    if (run.dryRun) {
      const statements = run.drop ? droppedStatements(target) : plannedStatements(target, run)
      return { ...report, outcome: statements.length > 0 ? 'planned' : 'unchanged', seconds: 0, statements }
    }
    const outcome = await outcomeOf(context, run, target)
    return { ...report, outcome, seconds: (Date.now() - started) / 1_000 }
  } catch (error) {
    if (!isVectorizerError(error)) throw error
    return { ...report, outcome: 'failed', seconds: (Date.now() - started) / 1_000, error }
  }
}

async function outcomeOf(context: UpkeepContext, run: UpkeepRun, target: IndexTarget): Promise<UpkeepOutcome> {
  if (run.drop) return droppedStatements(target).length > 0 ? dropIndex(context, target) : 'unchanged'
  if (target.state === 'building') return 'busy'
  return plannedStatements(target, run).length > 0 ? ensureIndex(context, target, run) : 'unchanged'
}

/** Who names it wants it now. */
async function waitingOf({ database }: UpkeepContext, { names, drop }: UpkeepRun, target: IndexTarget) {
  const minRows = minRowsOf(target.spec.index)
  if (minRows === null || drop || names.length > 0 || (target.state !== 'absent' && target.state !== 'invalid')) return
  const vectors = await countVectors(database, target, minRows)
  return vectors < minRows ? { vectors, minRows } : undefined
}
