// Readers of single arguments: VZ306 for what they cannot be.
import { nearestName, VectorizerError } from '@prisma-vectorizer/spec'

export function invalid(where: string, fact: string, fix: string, why?: string): VectorizerError {
  return new VectorizerError('VZ306', { fact: `${where}: ${fact}`, why, fix })
}

export function objectOf(args: unknown, where: string): Readonly<Record<string, unknown>> {
  if (args === undefined) return {}
  if (typeof args === 'object' && args !== null && !Array.isArray(args)) return args as Record<string, unknown>
  const found = args === null ? 'null' : Array.isArray(args) ? 'an array' : typeof args
  throw invalid(where, `the arguments are ${found}, not an object.`, 'Write them as an object, e.g. { take: 5 }.')
}

export function assertKnown(name: string, known: readonly string[], where: string): void {
  if (known.includes(name)) return
  const nearest = nearestName(name, known)
  throw invalid(
    where,
    `there is no argument \`${name}\`.`,
    nearest ? `Did you mean \`${nearest}\`?` : 'Remove it.',
    `It takes ${known.join(', ')}.`,
  )
}

/** A whole number, or undefined when it is not given. */
export function integer(
  value: unknown,
  name: string,
  [least, most]: readonly [number, number],
  where: string,
  what: string,
): number | undefined {
  if (value === undefined) return undefined
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value as number
  throw invalid(
    where,
    `\`${name}\` is ${shown(value)}.`,
    `Write a number in that range, or leave it out.`,
    `${what}: a whole number from ${least} to ${most}.`,
  )
}

/** A finite number, or undefined when it is not given. */
export function number(value: unknown, name: string, where: string): number | undefined {
  if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value as number | undefined
  throw invalid(where, `\`${name}\` is ${shown(value)}, not a finite number.`, 'Write a number, or leave it out.')
}

export function oneOf<const T extends string>(
  value: unknown,
  name: string,
  possible: readonly T[],
  where: string,
): T | undefined {
  if (value === undefined) return undefined
  const chosen = possible.find((each) => each === value)
  if (chosen !== undefined) return chosen
  throw invalid(
    where,
    `\`${name}\` is ${shown(value)}.`,
    `Write one of ${possible.map((each) => `'${each}'`).join(', ')}.`,
  )
}

/** A value in a message. */
export function shown(value: unknown): string {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'bigint') return `${value}n`
  return JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}n` : each)) ?? typeof value
}
