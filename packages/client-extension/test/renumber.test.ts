// Moving placeholders.
import { expect, it } from 'vitest'
import { renumber } from '../src/where/renumber.ts'

it('moves every placeholder', () => {
  expect(renumber('a = $1 AND b IN ($2,$10)', 3)).toBe('a = $4 AND b IN ($5,$13)')
})

it('leaves names and strings that look like placeholders alone', () => {
  expect(renumber(`"cost$1" = $1 AND "a""$2" = '$3 it''s $4' AND x = $2`, 1)).toBe(
    `"cost$1" = $2 AND "a""$2" = '$3 it''s $4' AND x = $3`,
  )
})
