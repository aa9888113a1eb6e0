// Workers that are killed, asked to stop, cut off, and frozen for longer than their lease lasts; each is replaced at once.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Failures } from './failures.ts'
import { createRandom, type Random } from './random.ts'
import type { Tally } from './tally.ts'
import { startWorkerChild, type WorkerChild, type WorkerChildOptions } from './worker-child.ts'
import { gracePeriod, leaseSeconds } from './worker-settings.ts'

/** Milliseconds that a process may need for stopping besides the grace period: it competes for the processor. */
const slack = 6_000

/** Longer than a lease, in milliseconds. */
export const longestFreeze = leaseSeconds * 1_000 + 1_500

export interface ChaosOptions extends Omit<WorkerChildOptions, 'part' | 'healthy'> {
  readonly workers: number
  readonly failures: Failures
  /** Kills, stops and freezes. */
  readonly ends: Tally
  /** Names of the processes that stand still, or did until a moment ago. */
  readonly frozen: Set<string>
  /** Ends the database connections of a process. */
  readonly cut: (name: string) => Promise<void>
  readonly signal: AbortSignal
}

/** Resolves after `signal`, when all of them are killed: their leases stay behind. */
export async function runChaos(options: ChaosOptions): Promise<void> {
  let part = 0
  const keepSlot = async (slot: number) => {
    const random = createRandom(options.seed, 200 + slot)
    while (!options.signal.aborted) {
      const child = startWorkerChild({ ...options, part: ++part, healthy: false })
      await lifeOf(child, random, options)
    }
  }
  await Promise.all(Array.from({ length: options.workers }, (_, slot) => keepSlot(slot)))
}

async function lifeOf(child: WorkerChild, random: Random, options: ChaosOptions): Promise<void> {
  const { signal, ends, failures } = options
  let running = true
  const ended = child.exited.then(() => {
    running = false
  })
  await Promise.race([child.ready, ended])
  while (running) {
    await Promise.race([sleep(random.between(1_000, 4_000), undefined, { signal }).catch(() => {}), ended])
    if (!running) break
    const fate = signal.aborted ? 'kill' : random.weighted({ kill: 6, stop: 2, freeze: 2, cut: 2 })
    ends.add(fate)
    if (fate === 'freeze') {
      await freeze(child, random, options)
      continue
    }
    if (fate === 'cut') {
      await options.cut(child.name)
      continue
    }
    if (fate === 'stop') return stop(child, failures)
    child.process.kill('SIGKILL')
    await child.exited
    return
  }
  const { code, signal: by } = await child.exited
  failures.fail(`${child.name} ended by itself, with ${code ?? by}: ${child.lastWords()}`)
}

/** SIGTERM: within the grace period, with 0. */
export async function stop(child: WorkerChild, failures: Failures): Promise<void> {
  child.process.kill('SIGTERM')
  const late = new AbortController()
  const most = gracePeriod + slack
  const end = await Promise.race([child.exited, sleep(most, undefined, { signal: late.signal }).catch(() => {})])
  late.abort()
  if (!end) {
    failures.fail(`${child.name} had not stopped ${most} ms after SIGTERM.`)
    child.process.kill('SIGKILL')
    await child.exited
  } else if (end.code !== 0) {
    failures.fail(`${child.name} ended with ${end.code ?? end.signal} after SIGTERM: ${child.lastWords()}`)
  }
}

/** A zombie: others take its rows over; when it comes back it must not write what it had read. */
async function freeze(child: WorkerChild, random: Random, { frozen, signal }: ChaosOptions): Promise<void> {
  frozen.add(child.name)
  child.process.kill('SIGSTOP')
  const still = random.between(leaseSeconds * 1_000 + 300, longestFreeze)
  await sleep(still, undefined, { signal }).catch(() => {})
  child.process.kill('SIGCONT')
  // It may have been in a transaction, and needs a moment to end that.
  void sleep(1_500, undefined, { ref: false }).then(() => frozen.delete(child.name))
}
