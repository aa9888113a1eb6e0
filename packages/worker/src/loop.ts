// Keeps batches of all vectorizers in flight, taking turns, until stopped or until nothing claimable is left.
import { type EmbedderResolver, isVectorizerError, VectorizerError } from '@prisma-vectorizer/spec'
import type { Pulse } from './health/pulse.ts'
import { createLane, type Lane, noteOutage, noteResult, restAfter, updateLane } from './lane.ts'
import { longestIdle } from './options.ts'
import type { PipelineContext } from './pipeline/batch.ts'
import { outageOf } from './pipeline/failure.ts'
import type { BatchResult } from './pipeline/process-batch.ts'
import type { BrokenVectorizer, Registry } from './registry.ts'
import { createReporter } from './report.ts'
import { type Observation, observedBatch } from './telemetry/observed-batch.ts'
import { batchSizeOf, type Vectorizer } from './vectorizer.ts'

export interface LoopContext extends PipelineContext {
  readonly readRegistry: () => Promise<Registry>
  readonly resolve: EmbedderResolver
  /** Whether a vectorizer without a model is the application's to fill; an embedder of the caller's fills it otherwise. */
  readonly bringsVectors: boolean
  /** Looks after the index of a vectorizer, beside all else. */
  readonly keepIndex: (vectorizer: Vectorizer) => void
  readonly batchSize: number
  readonly concurrency: number
  readonly pollInterval: number
  /** The first outage ends a loop that follows. */
  readonly exitOnError: boolean
  readonly onProgress: ((batch: BatchResult) => void) | undefined
  readonly observation: Observation
  readonly pulse: Pulse
  /** Calls back whenever there may be work; returns how to end that. */
  readonly onNotify: (callback: () => void) => () => void
  /** Aborted: claim nothing more. */
  readonly stopping: AbortSignal
  /** Aborted: give up provider calls. */
  readonly abandoning: AbortSignal
}

export interface LoopEnd {
  readonly lanes: readonly Lane[]
  readonly broken: readonly BrokenVectorizer[]
  /** False when a deadline or a stop came first. */
  readonly drained: boolean
}

/** A batch that takes longer (milliseconds) does not keep other vectorizers waiting for a free place. */
const slowBatch = 30_000

/** A drain leaves a vectorizer alone after this many temporary outages in a row, or one that is not temporary. */
const mostOutages = 4

interface Flight {
  readonly lane: Lane
  readonly startedAt: number
}

/** Milliseconds between looks that notifications ask for: those of a busy application come by the hundred. */
const shortestNotified = 100

/**
 * `drain`: end when nothing claimable is left, or at `deadline` (milliseconds since the epoch). Throws VZ503 for a name
 * that is unknown; what the database says, where it drains; VZ525 where an outage ends it.
 */
export async function runLoop(
  context: LoopContext,
  { drain, deadline = Number.POSITIVE_INFINITY }: { readonly drain: boolean; readonly deadline?: number | undefined },
): Promise<LoopEnd> {
  const { batchSize, concurrency, pollInterval, stopping, logger, pulse } = context
  const report = createReporter(logger)
  const lanes = new Map<string, Lane>()
  const flights = new Set<Flight>()
  let broken: readonly BrokenVectorizer[] = []
  let pollAt = 0
  let polledAt = 0
  let idle = pollInterval
  let worked = true
  let polled = false
  let failedPolls = 0
  let drained = false
  let fatal: VectorizerError | undefined
  let failure: { readonly error: unknown } | undefined
  let turn = 0
  let wake = () => {}

  async function poll(): Promise<void> {
    // The longer nothing comes the rarer the look, but a worker that has work looks for new vectorizers all the same.
    idle = worked ? pollInterval : Math.min(idle * 1.5, Math.max(longestIdle, pollInterval))
    worked = flights.size > 0
    polledAt = Date.now()
    pollAt = polledAt + idle
    try {
      const registry = await context.readRegistry()
      report.registry(registry)
      // Vectors of the application's own are not this worker's to fail at.
      broken = registry.broken.filter(({ ownVectors }) => !ownVectors)
      for (const { label, error } of broken) endAt(`${label} cannot be embedded.`, error.message, error)
      const present = registry.vectorizers.filter(({ spec }) => spec.model !== null || !context.bringsVectors)
      const names = new Set(present.map(({ name }) => name))
      for (const [name, lane] of lanes) {
        lane.present = names.has(name)
        if (!lane.present && lane.inFlight === 0) lanes.delete(name)
      }
      for (const vectorizer of present) {
        const lane = lanes.get(vectorizer.name)
        if (!lane) lanes.set(vectorizer.name, createLane(vectorizer, context.resolve))
        else updateLane(lane, vectorizer, context.resolve)
        if (lane && !drain) lane.hungry = true
        if (!drain) context.keepIndex(vectorizer)
      }
      failedPolls = 0
      polled = true
      pulse.polled(true)
    } catch (error) {
      pulse.polled(false)
      if (drain || (isVectorizerError(error) && error.code === 'VZ503')) {
        // What is in flight is paid for: it is written before the error ends the loop.
        failure = { error }
        return
      }
      pollAt = Date.now() + restAfter(++failedPolls)
      report.databaseFailed(error)
      endAt('The database cannot be read.', error instanceof Error ? error.message : String(error), error)
    }
  }

  function endAt(fact: string, why: string, cause: unknown): void {
    if (drain || !context.exitOnError || fatal) return
    const fix = 'Start the worker again when that is mended; without `exitOnError` it rests and tries again.'
    fatal = new VectorizerError('VZ525', { fact, why, fix, cause })
  }

  /** After an outage one batch tries alone. */
  const mostInFlight = ({ outages, vectorizer }: Lane) =>
    outages > 0 ? 1 : (vectorizer.spec.concurrency ?? Number.POSITIVE_INFINITY)

  const ready = (lane: Lane, now: number) =>
    lane.present &&
    lane.hungry &&
    !lane.claiming &&
    !lane.gaveUp &&
    now >= lane.resumeAt &&
    lane.inFlight < mostInFlight(lane)

  /** The lane whose turn it is: the one with the fewest batches in flight, then the one served longest ago. */
  function nextLane(): Lane | undefined {
    const now = Date.now()
    const hasPlace = (lane: Lane) => {
      const holding = [...flights].filter((flight) => flight.lane === lane || now - flight.startedAt < slowBatch)
      return holding.length < concurrency
    }
    return [...lanes.values()]
      .filter((lane) => !lane.vectorizer.paused && ready(lane, now) && hasPlace(lane))
      .sort((a, b) => a.inFlight - b.inFlight || a.turn - b.turn)[0]
  }

  async function start(lane: Lane): Promise<void> {
    const flight = { lane, startedAt: Date.now() }
    flights.add(flight)
    lane.inFlight++
    lane.claiming = true
    lane.turn = ++turn
    let claiming = true
    const endClaim = () => {
      // Only its own claim: two at a time would lock each other's rows for a moment.
      if (claiming) lane.claiming = false
      claiming = false
    }
    const limit = batchSizeOf(lane.vectorizer, batchSize)
    const onClaimed = (rows: number) => {
      endClaim()
      lane.hungry = rows >= limit
      worked ||= rows > 0
      wake()
    }
    try {
      const outageDelay = restAfter(lane.outages + 1) / 1_000
      const options = { limit, signal: context.abandoning, outageDelay, onClaimed }
      const result = await observedBatch(context, lane.vectorizer, lane.embedder, options)
      noteResult(lane, result)
      if (result.claimed > 0) context.onProgress?.(result)
    } catch (error) {
      const outage = outageOf(error)
      const message = context.observation.redact(outage.message)
      noteOutage(lane, { ...outage, message, temporary: true })
    }
    endClaim()
    lane.inFlight--
    flights.delete(flight)
    if (drain && lane.outage) lane.gaveUp = !lane.outage.temporary || lane.outages >= mostOutages
    report.lane(lane)
    if (lane.outage) {
      endAt(`${lane.vectorizer.label} cannot be embedded.`, lane.outage.message, lane.outage.error)
    }
    wake()
  }

  const mayClaim = () => !stopping.aborted && !fatal && !failure && Date.now() < deadline
  const isWaiting = (lane: Lane) => lane.present && lane.hungry && !lane.gaveUp && !lane.vectorizer.paused

  function pause(): Promise<void> {
    const now = Date.now()
    const resumes = [...lanes.values()].filter(isWaiting).map(({ resumeAt }) => resumeAt)
    // What is past is another batch's or another worker's to bring on; only a look that is due cannot be.
    const times = [deadline, ...resumes].filter((time) => time > now)
    const next = Math.min(...times, mayClaim() ? pollAt : Number.POSITIVE_INFINITY, now + longestIdle)
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, next - now))
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  const onStop = () => wake()
  const unsubscribe = context.onNotify(() => {
    worked = true
    pollAt = Math.min(pollAt, polledAt + shortestNotified)
    wake()
  })
  const endPulse = pulse.begin()
  stopping.addEventListener('abort', onStop, { once: true })
  try {
    for (;;) {
      pulse.tick()
      if (mayClaim() && Date.now() >= pollAt) await poll()
      for (let lane = nextLane(); lane && mayClaim(); lane = nextLane()) void start(lane)
      drained = drain && polled && ![...lanes.values()].some(isWaiting)
      if ((drained || !mayClaim()) && flights.size === 0) break
      await pause()
    }
  } finally {
    stopping.removeEventListener('abort', onStop)
    unsubscribe()
    endPulse()
  }
  if (failure) throw failure.error
  if (fatal) throw fatal
  return { lanes: [...lanes.values()], broken, drained }
}
