// What the demo shows: one line per step, one small table per question.
import { styleText } from 'node:util'

export const say = (text: string): void => console.log(text)

interface Answer {
  readonly title: string
  readonly author: { readonly name: string } | null
  readonly _score: number
  readonly _chunk: { readonly chunk: string }
}

export function printAnswers(question: string, answers: readonly Answer[], milliseconds: number): void {
  say(`\n${styleText('bold', question)}  ${styleText('dim', `${milliseconds.toFixed(0)} ms`)}`)
  for (const { title, author, _score, _chunk } of answers) {
    const by = author ? styleText('dim', ` by ${author.name}`) : ''
    say(`  ${styleText('green', _score.toFixed(3))}  ${shortened(title, 60)}${by}`)
    say(`         ${excerpt(_chunk.chunk.slice(title.length + 3), question, 100)}`)
  }
  if (answers.length === 0) say('  nothing found')
}

/** The part of the chunk where most of the question's words stand. */
function excerpt(chunk: string, question: string, width: number): string {
  const text = chunk.replace(/\s+/gu, ' ').trim()
  const words = question.toLowerCase().match(/\w{4,}/gu) ?? []
  let best = { start: 0, hits: -1 }
  for (let start = 0; start < Math.max(1, text.length - width / 2); start += 20) {
    const part = text.slice(start, start + width).toLowerCase()
    const hits = words.filter((word) => part.includes(word)).length
    if (hits > best.hits) best = { start, hits }
  }
  const start = best.start === 0 ? 0 : text.indexOf(' ', best.start) + 1
  return `${start > 0 ? '… ' : ''}${shortened(text.slice(start), width)}`
}

const shortened = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width - 1)}…` : text)
