// Values of command line options, from the command line or from the environment: counts, durations, names, yes and no.
import { type Command, InvalidArgumentError, Option } from 'commander'

/** `4` → 4. */
export function parseCount(text: string): number {
  return parseWhole(text, 1, 10_000)
}

/** For `argParser`: whole numbers from `least` to `most`. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number =>
    parseWhole(text, least, most)

function parseWhole(text: string, least: number, most: number): number {
  const count = text.trim() === '' ? Number.NaN : Number(text)
  if (!Number.isInteger(count) || count < least || count > most) {
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
  }
  return count
}

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const

/** `500`, `500ms`, `1s`, `5m`, `1h` → milliseconds. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim())
  const duration = match ? Number(match[1]) * units[(match[2] ?? 'ms') as keyof typeof units] : 0
  // Node's timers cannot wait longer than 24 days.
  if (duration < 1 || duration > 86_400_000) {
    throw new InvalidArgumentError('It must be a duration up to 24h, such as 500ms, 1s or 5m.')
  }
  return duration
}

/** For an option that can be repeated; commas separate too, as in the environment. */
export function collect(text: string, previous: readonly string[] = []): string[] {
  return [...previous, ...text.split(',').flatMap((name) => name.trim() || [])]
}

/** An option that the environment can give too: `--poll-interval` as PRISMA_VECTORIZER_POLL_INTERVAL. */
export function option(flags: string, description: string): Option {
  const made = new Option(flags, description)
  return made.env(`PRISMA_VECTORIZER_${made.name().replaceAll('-', '_').toUpperCase()}`)
}

/** Commander takes any value of a variable for yes, `false` among them. */
export function readEnvironmentFlags(command: Command, environment: NodeJS.ProcessEnv = process.env): void {
  for (const { long, envVar, ...each } of command.options) {
    const name = long?.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()) ?? ''
    if (!envVar || each.required || each.optional || command.getOptionValueSource(name) !== 'env') continue
    const text = environment[envVar]?.trim().toLowerCase() ?? ''
    const isYes = ['true', '1', 'yes', 'on'].includes(text)
    if (!isYes && !['false', '0', 'no', 'off', ''].includes(text)) {
      throw new InvalidArgumentError(`${envVar} must be true or false.`)
    }
    // An empty one, as an unset secret of a CI system is, leaves it to the config file.
    command.setOptionValueWithSource(name, text === '' ? undefined : isYes, 'env')
  }
}
