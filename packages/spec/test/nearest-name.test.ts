import { describe, expect, it } from 'vitest'
import { nearestName } from '../src/index.ts'

const known = ['dimensions', 'distance', 'chunking', 'template', 'index']

describe('nearestName', () => {
  it('finds the name a typo meant, whatever its case', () => {
    expect(nearestName('dimension', known)).toBe('dimensions')
    expect(nearestName('CHUNKNIG', known)).toBe('chunking')
  })

  it('says nothing when no name is near', () => {
    expect(nearestName('onConflictDoNothing', known)).toBeUndefined()
    expect(nearestName('x', [])).toBeUndefined()
  })
})
