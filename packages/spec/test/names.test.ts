import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteLength, delegateName, fitIdentifier, objectNames, queueKeyColumn } from '../src/index.ts'
import { exampleSpec } from './support/example-spec.ts'

/** Names of any script, short and far too long. */
const anyName = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 })
const anySuffix = fc.string({ unit: 'grapheme', maxLength: 40 })

describe('fitIdentifier', () => {
  it('leaves a name of 63 bytes as it is and cuts one of 64', () => {
    expect(fitIdentifier('a'.repeat(63))).toBe('a'.repeat(63))
    expect(fitIdentifier('a'.repeat(64))).toMatch(/^a{54}_[0-9a-f]{8}$/)
  })

  it('keeps a suffix whole and gives up the tail of the stem', () => {
    expect(fitIdentifier('b'.repeat(80), '_queue')).toMatch(/^b{48}_[0-9a-f]{8}_queue$/)
  })

  it('never exceeds 63 bytes and never cuts a character in half', () => {
    fc.assert(
      fc.property(anyName, anySuffix, (stem, suffix) => {
        const name = fitIdentifier(stem, suffix)
        expect(byteLength(name)).toBeLessThanOrEqual(63)
        expect(new TextDecoder('utf-8', { fatal: true }).decode(new TextEncoder().encode(name))).toBe(name)
      }),
    )
  })

  it('counts bytes: 21 characters of three bytes fit, 22 do not', () => {
    expect(fitIdentifier('語'.repeat(21))).toBe('語'.repeat(21))
    expect(fitIdentifier('語'.repeat(22))).toMatch(/^語{18}_[0-9a-f]{8}$/)
  })

  it('gives different names to long names that share their first 63 bytes', () => {
    const stem = 'c'.repeat(70)
    const names = Array.from({ length: 500 }, (_, index) => fitIdentifier(`${stem}${index}`, '_queue'))
    expect(new Set(names).size).toBe(500)
  })

  it('gives the same name in every process and version', () => {
    expect(fitIdentifier('d'.repeat(70), '_queue')).toBe(
      'dddddddddddddddddddddddddddddddddddddddddddddddd_0d97f349_queue',
    )
  })
})

describe('objectNames', () => {
  it('gives every object of a vectorizer a name of its own, however long its table is called', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const names = Object.values(objectNames({ name, store: { ...exampleSpec.store, table: name } }))
        expect(new Set(names).size).toBe(names.length)
        for (const each of names) expect(byteLength(each)).toBeLessThanOrEqual(63)
      }),
    )
  })
})

describe('queueKeyColumn', () => {
  it('prefixes the column of the key, so that a key called queued_at collides with nothing', () => {
    expect(queueKeyColumn(exampleSpec, 0)).toBe('key_post_id')
  })
})

describe('delegateName', () => {
  it('is the property Prisma Client gives a model', () => {
    expect(delegateName('BlogPost')).toBe('blogPost')
    expect(delegateName('URL')).toBe('uRL')
  })
})
