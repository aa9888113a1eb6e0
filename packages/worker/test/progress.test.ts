import { expect, test } from 'vitest'
import { createProgressBar, formatSeconds, renderProgress } from '../src/progress.ts'

function terminal(isTTY: boolean) {
  const written: string[] = []
  return { isTTY, columns: 80, written, write: (text: string | Uint8Array) => written.push(String(text)) > 0 }
}

test('a bar shows rows, share, rate and time left', () => {
  expect(renderProgress({ done: 1_200, total: 2_400, seconds: 4 }, 80)).toBe(
    `${'━'.repeat(15)}${'─'.repeat(15)}  1,200/2,400 rows  50 %  300/s  4 s left`,
  )
})

test('a bar fits its terminal', () => {
  for (let columns = 1; columns < 100; columns++) {
    expect(renderProgress({ done: 5, total: 10, seconds: 1 }, columns).length).toBeLessThan(Math.max(columns, 1))
  }
})

test.each([
  [0.4, '0 s'],
  [75, '1 min 15 s'],
  [7_300, '2 h 1 min'],
  [400_000, '4 days'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text)
})

test('nothing is drawn where there is no terminal', () => {
  const output = terminal(false)
  const bar = createProgressBar(output)
  bar.setRemaining(10)
  bar.add(10)
  bar.above(() => output.write('a log line\n'))
  bar.setRemaining(0)
  expect(output.written).toEqual(['a log line\n'])
})

test('a log line goes above the bar', () => {
  const output = terminal(true)
  const bar = createProgressBar(output, () => 0)
  bar.setRemaining(10)
  const [drawn] = output.written
  bar.above(() => output.write('a log line\n'))
  expect(output.written).toEqual([drawn, '\r\x1b[K', 'a log line\n', drawn])
})
