// Errors as text: what they come down to, then a table of them.
import { formatSeconds } from '../progress.ts'
import type { Chosen } from './chosen.ts'
import type { ErrorEntry, ErrorGroup, ErrorReport } from './list-errors.ts'

/** Longer messages are cut; `--json` has them whole. */
const longestMessage = 100

export function renderErrors({ chosen, entries, groups, total }: ErrorReport, now: Date): string {
  const blocks = [
    ...(groups.length === 0 ? ['No errors.'] : [groups.map(summaryLine).join('\n')]),
    ...(entries.length === 0 ? [] : [table([header, ...entries.map((entry) => cells(entry, chosen, now))])]),
    ...(total > entries.length ? [`${count(total - entries.length)} more: --limit ${Math.min(10_000, total)}`] : []),
    ...chosen.flatMap(({ error }) => (error === undefined ? [] : [error.message])),
  ]
  return `${blocks.join('\n\n')}\n`
}

/** `BlogPost.contentEmbeddings: 12 rows given up: embed VZ405 …`. */
function summaryLine({ vectorizer, rows, step, code, state, message, count: times }: ErrorGroup): string {
  const what = rows === 0 ? `${culprit(step)}, ${plural(times, 'time')}` : plural(rows, 'row')
  const becomes = rows === 0 && state === 'retrying' ? '' : ` ${state}`
  return `${vectorizer}: ${what}${becomes}: ${step} ${code} ${short(message, code)}`
}

/** What fails where no row does. */
const culprit = (step: string): string => (step === 'embed' ? 'the provider' : 'the tables')

const header = ['last', 'vectorizer', 'key', 'step', 'code', 'times', 'state', 'message']
const isNumber = (column: number) => header[column] === 'times'

function cells(entry: ErrorEntry, chosen: readonly Chosen[], now: Date): readonly string[] {
  const { lastAt, vectorizer, step, code, count: times, message } = entry
  return [
    `${lastAt.toISOString().slice(0, 19).replace('T', ' ')}Z`,
    vectorizer,
    keyText(entry, chosen),
    step,
    code,
    count(times),
    stateText(entry, now),
    short(message, code),
  ]
}

/** `id=7`, `tenant=a, no=3`. */
function keyText({ vectorizer, key, step }: ErrorEntry, chosen: readonly Chosen[]): string {
  if (key.length === 0) return culprit(step)
  const fields = chosen.find(({ label }) => label === vectorizer)?.vectorizer?.spec.source.key
  return key.map((part, index) => (fields?.[index] ? `${fields[index].field}=${part}` : part)).join(', ')
}

function stateText({ state, nextAttempt }: ErrorEntry, now: Date): string {
  if (nextAttempt === null) return state
  const seconds = (nextAttempt.getTime() - now.getTime()) / 1_000
  return seconds > 0 ? `${state} in ${formatSeconds(seconds)}` : state
}

/** The first line, without the code that stands before it. */
function short(message: string, code: string): string {
  const line = (message.split('\n')[0] ?? '').replace(new RegExp(`^${code} `), '')
  return line.length > longestMessage ? `${line.slice(0, longestMessage - 1)}…` : line
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const count = (number: number): string => number.toLocaleString('en-US')
const plural = (number: number, thing: string): string => `${count(number)} ${thing}${number === 1 ? '' : 's'}`
