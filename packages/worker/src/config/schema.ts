// What each setting of vectorizer.config.ts may be. The message of a check says what the value must be.
import * as v from 'valibot'
import { logLevels } from '../command-logger.ts'
import type { VectorizerConfig } from './define-config.ts'

const check = <T>(is: (value: unknown) => boolean, must: string) => v.custom<T>(is, must)

const whole = (least: number, most: number) =>
  check<number>(
    (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
    `a whole number from ${least} to ${most}`,
  )
const number = (least: number, most: number, what: string) =>
  check<number>((value) => typeof value === 'number' && value >= least && value <= most, what)
const text = (what: string) => check<string>((value) => typeof value === 'string' && value !== '', what)
const flag = check<boolean>((value) => typeof value === 'boolean', 'true or false')
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** As many milliseconds as Node's timers can wait, rounded down to days. */
const aDay = 86_400_000

const table = <S extends v.GenericSchema>(values: S, what: string) =>
  v.pipe(check<Record<string, v.InferOutput<S>>>(isObject, what), v.record(v.string(), values))

const entries = {
  database: text('a database URL'),
  models: table(
    check((value) => typeof value === 'function' || isObject(value), 'an AI SDK provider or model, or a function'),
    'an object of models by name',
  ),
  embedder: check((value) => typeof value === 'function', 'a function that makes embedders'),
  limits: table(
    v.strictObject(
      {
        requestsPerMinute: v.optional(whole(1, 1e9)),
        tokensPerMinute: v.optional(whole(1, 1e12)),
        concurrency: v.optional(whole(1, 10_000)),
      },
      'an object of limits',
    ),
    'an object of limits by provider',
  ),
  splitters: table(
    check(
      (value) => typeof value === 'function' || (isObject(value) && 'splitText' in value),
      'a function from a text to its chunks, or an object with `splitText`',
    ),
    'an object of splitters by name',
  ),
  documents: check(isObject, 'options of createDocumentReader, or a reader'),
  vectorizers: v.pipe(
    check<unknown[]>(Array.isArray, 'a list of names'),
    v.array(text('a name such as "BlogPost.contentEmbeddings"')),
  ),
  batchSize: whole(1, 10_000),
  concurrency: whole(1, 10_000),
  pollInterval: number(1, aDay, 'a number of milliseconds from 1 to 86400000'),
  listen: flag,
  leaseSeconds: whole(1, 86_400),
  maxAttempts: whole(1, 10_000),
  errorRetention: number(0, 36_500, 'a number of days from 0 to 36500'),
  gracePeriod: number(0, aDay, 'a number of milliseconds from 0 to 86400000'),
  exitOnError: flag,
  health: v.strictObject(
    { port: whole(0, 65_535), host: v.optional(text('a host name or an address')) },
    'an object with a port',
  ),
  logLevel: check((value) => logLevels.some((level) => level === value), `one of ${logLevels.join(', ')}`),
  prices: table(
    number(0, 1e6, 'a number of dollars per million tokens'),
    'an object of prices by model, in dollars per million tokens',
  ),
  buildIndexAfter: flag,
} as const satisfies Record<keyof VectorizerConfig, v.GenericSchema>

/** Names of the settings at the top. */
export const settingNames = Object.keys(entries)

/** A list is an object to valibot. */
export const configSchema = v.pipe(
  check<Record<string, unknown>>(isObject, 'an object of settings'),
  v.strictObject(Object.fromEntries(Object.entries(entries).map(([name, schema]) => [name, v.optional(schema)]))),
)
