// What every write of the application has at hand.
import type pg from 'pg'
import type { Random } from './random.ts'
import { paragraph } from './texts.ts'

export interface Author {
  readonly client: pg.Client
  readonly random: Random
  /** Every summary that was ever written, by any author. */
  readonly summaries: Set<string>
}

/** One write, of one statement or two. */
export type Write = (author: Author) => Promise<unknown>

export function summary({ random, summaries }: Author): string | null {
  if (random.once(20)) return null
  const text = random.once(30) ? '' : paragraph(random)
  summaries.add(text)
  return text
}

/** By name; `often` is a weight. `alone`: begins and ends a transaction of its own. */
export type Writes = Readonly<
  Record<string, { readonly often: number; readonly write: Write; readonly alone?: boolean }>
>
