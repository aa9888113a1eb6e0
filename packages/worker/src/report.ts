// What the loop tells the logger: a line when a queue is drained or every ten seconds, and each trouble once.
import { VectorizerError } from '@prisma-vectorizer/spec'
import { type Lane, takeReport } from './lane.ts'
import type { Logger } from './logger.ts'
import type { Registry } from './registry.ts'

const interval = 10_000

export function createReporter(logger: Logger) {
  const told = new Map<string, string>()

  /** Logs `message` about `subject` unless that was the last thing said about it. */
  function once(subject: string, message: string, log: () => void): void {
    if (told.get(subject) === message) return
    told.set(subject, message)
    log()
  }

  return {
    registry({ vectorizers, broken }: Registry): void {
      if (told.delete('database')) logger.info({}, 'the database can be read again')
      if (vectorizers.length + broken.length === 0) {
        const { message } = noVectorizers()
        once('registry', message, () => logger.warn({ code: 'VZ502' }, message))
      } else {
        told.delete('registry')
      }
      for (const { label, error, ownVectors } of broken) {
        if (ownVectors) continue
        once(label, error.message, () => logger.error({ vectorizer: label, code: error.code }, error.message))
      }
      for (const { label, paused } of vectorizers) {
        if (paused) once(label, 'paused', () => logger.info({ vectorizer: label }, `${label} is paused`))
      }
    },

    databaseFailed(error: unknown): void {
      const message = error instanceof Error ? error.message : String(error)
      once('database', message, () => logger.error({}, `the database cannot be read, trying again: ${message}`))
    },

    lane(lane: Lane): void {
      const { label } = lane.vectorizer
      const fields = { vectorizer: label }
      if (lane.outage) {
        const { message } = lane.outage
        once(label, message, () => logger.warn(fields, `${label} rests: ${message}`))
      } else if (told.delete(label)) {
        logger.info(fields, `${label} works again`)
      }

      const { unreported, inFlight, hungry } = lane
      const finished = inFlight === 0 && !hungry
      if (!finished && Date.now() - unreported.since < interval) return
      const { since, ...tally } = takeReport(lane)
      if (tally.embedded + tally.removed + tally.failed === 0) return
      const seconds = (Date.now() - since) / 1_000
      const kept = tally.reused > 0 ? `, ${tally.reused.toLocaleString('en-US')} kept` : ''
      const counts = `${plural(tally.embedded, 'row')} (${plural(tally.chunks, 'chunk')}${kept}) in ${seconds.toFixed(1)} s`
      const failures = tally.failed > 0 ? `, ${tally.failed} failed` : ''
      const log = tally.failed > 0 ? logger.warn.bind(logger) : logger.info.bind(logger)
      log({ ...fields, ...tally, seconds }, `${label}: embedded ${counts}${failures}`)
    },
  }
}

const plural = (count: number, thing: string) => `${count.toLocaleString('en-US')} ${thing}${count === 1 ? '' : 's'}`

export function noVectorizers(): VectorizerError {
  return new VectorizerError('VZ502', {
    fact: 'The database holds no vectorizers.',
    why: 'Either no field has a `/// @vectorizer(…)` annotation, or its migration is not applied to this database.',
    fix: 'Run `prisma generate`, then `prisma migrate deploy` (or `prisma migrate dev`).',
  })
}
