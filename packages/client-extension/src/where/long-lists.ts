// `IN ($3,$4,…)` of many values as one array: PostgreSQL takes at most 65,535 parameters, and parses each.
import type { CompiledWhere } from './compile-where.ts'
import { replacePlaceholders } from './renumber.ts'

/** Shorter ones stay as Prisma wrote them. */
const longest = 1000

const lists = /\b(NOT )?IN \((\$\d+(?:,\$\d+)+)\)/g

/** Values of one list become one parameter, and those behind it move up. */
export function listsAsArrays({ text, values }: CompiledWhere): CompiledWhere {
  if (values.length <= longest) return { text, values }
  const kept: unknown[] = []
  let from = 0
  let written = ''
  let next = 0
  const place = (index: number) => {
    kept.push(values[index])
    next = index + 1
    return `$${kept.length}`
  }
  const plain = (part: string) => replacePlaceholders(part, (number) => place(number - 1))
  for (const match of text.matchAll(lists)) {
    const numbers = (match[2] as string).split(',').map((each) => Number(each.slice(1)) - 1)
    const consecutive = numbers.every((number, at) => number === (numbers[0] as number) + at)
    if (numbers.length <= longest || !consecutive) continue
    written += plain(text.slice(from, match.index))
    kept.push(numbers.map((number) => values[number]))
    next = (numbers.at(-1) as number) + 1
    written += match[1] ? `<> ALL ($${kept.length})` : `= ANY ($${kept.length})`
    from = match.index + match[0].length
  }
  const all = written + plain(text.slice(from))
  // Each value was used once and in order, as Prisma writes them; anything else is left as it was.
  return next === values.length ? { text: all, values: kept } : { text, values }
}
