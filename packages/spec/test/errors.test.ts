import { describe, expect, it } from 'vitest'
import { errorCodes, InternalError, isVectorizerError, VectorizerError } from '../src/index.ts'

describe('VectorizerError', () => {
  it('renders the code, the fact, the place with a caret, why and the fix', () => {
    const error = new VectorizerError('VZ104', {
      fact: 'BlogPost.contents does not exist.',
      why: 'The annotation names it.',
      fix: 'Write `field: content`.',
      position: { file: 'schema.prisma', line: 12, column: 19 },
      sourceLine: '  /// @vectorizer(field: contents)',
    })
    expect(error.message).toBe(
      [
        'VZ104 BlogPost.contents does not exist.',
        '  --> schema.prisma:12:19',
        '  12 |   /// @vectorizer(field: contents)',
        '     |                   ^',
        '  why: The annotation names it.',
        '  fix: Write `field: content`.',
      ].join('\n'),
    )
  })

  it('keeps tabs under tabs, so that the caret stands under its column at any tab width', () => {
    const error = new VectorizerError('VZ101', {
      fact: 'A comma is missing.',
      position: { file: 'schema.prisma', line: 1234, column: 4 },
      sourceLine: '\ta\tb c',
    })
    expect(error.message.split('\n').slice(2)).toEqual(['1234 | \ta\tb c', '     | \t \t^'])
  })

  it('leaves out what it does not know', () => {
    expect(new VectorizerError('VZ501', { fact: 'No database URL was given.' }).message).toBe(
      'VZ501 No database URL was given.',
    )
    const placed = new VectorizerError('VZ101', {
      fact: 'A comma is missing.',
      position: { file: 'a.prisma', line: 3, column: 1 },
    })
    expect(placed.message).toBe('VZ101 A comma is missing.\n  --> a.prisma:3:1')
  })

  it('offers every part as a property and keeps its cause', () => {
    const cause = new TypeError('fetch failed')
    const error = new VectorizerError('VZ405', { fact: 'The provider failed.', fix: 'Wait.', cause })
    expect(error).toMatchObject({ code: 'VZ405', fact: 'The provider failed.', fix: 'Wait.', why: undefined, cause })
    expect(error.name).toBe('VectorizerError')
  })

  it('is told apart by its code, so that two copies of the package agree', () => {
    const foreign = Object.assign(new Error('from another copy'), { code: 'VZ405' })
    expect(isVectorizerError(foreign)).toBe(true)
    expect(isVectorizerError(Object.assign(new Error('no table'), { code: '42P01' }))).toBe(false)
    expect(isVectorizerError({ code: 'VZ405' })).toBe(false)
  })

  it('has codes of one form, each with a sentence', () => {
    for (const [code, meaning] of Object.entries(errorCodes)) {
      expect(code).toMatch(/^VZ[1-6]\d\d$/)
      expect(meaning).toMatch(/^[A-Z].*\.$/)
    }
  })
})

describe('InternalError', () => {
  it('asks for a report', () => {
    expect(new InternalError('no key').message).toBe('no key (a bug in prisma-vectorizer: please report it)')
    expect(isVectorizerError(new InternalError('no key'))).toBe(false)
  })
})
