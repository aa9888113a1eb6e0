// The command's logger: pino's JSON lines, or short lines for people where the output is a terminal.
import { styleText } from 'node:util'
import pino from 'pino'
import type { Logger } from './logger.ts'
import type { ProgressBar } from './progress.ts'

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

type Output = Pick<NodeJS.WriteStream, 'write' | 'isTTY'>

/** Keeps log lines above `bar`. */
export function createCommandLogger(level: LogLevel, output: Output, bar: ProgressBar): Logger {
  const write = (line: string) => bar.above(() => output.write(output.isTTY ? forPeople(line) : line))
  return pino({ level, base: { name: 'prisma-vectorizer' } }, { write })
}

const styles = { 20: 'dim', 30: 'green', 40: 'yellow', 50: 'red' } as const
const labels = { 20: 'debug', 30: 'info ', 40: 'warn ', 50: 'error' } as const

function forPeople(line: string): string {
  const { level, time, msg } = JSON.parse(line) as { level: keyof typeof labels; time: number; msg: string }
  const clock = new Date(time).toTimeString().slice(0, 8)
  return `${styleText('dim', clock)} ${styleText(styles[level], labels[level])} ${msg}\n`
}
