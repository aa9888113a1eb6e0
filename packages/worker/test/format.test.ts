// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Python’s templates are written
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFormatter } from '../src/pipeline/format.ts'
import { blogPost } from './support/vectorizers.ts'

const format = (template: string, chunk = 'CHUNK', title = 'TITLE') =>
  createFormatter({
    ...blogPost,
    template,
    source: { ...blogPost.source, templateColumns: [{ field: 'title', column: 'post_title' }] },
  })(chunk, [title])

describe('a template', () => {
  // Expected values are what Python's string.Template(template).substitute(...) gives.
  test.each([
    ['$chunk', 'CHUNK'],
    ['$title - $chunk', 'TITLE - CHUNK'],
    ['${title}s: ${chunk}', 'TITLEs: CHUNK'],
    ['$$5 $chunk $$', '$5 CHUNK $'],
    ['$$$chunk', '$CHUNK'],
    ['$$chunk $chunk', '$chunk CHUNK'],
    ['$chunk, again $chunk', 'CHUNK, again CHUNK'],
    ['$title', 'TITLE'],
    ['nothing', 'nothing'],
    ['é$titleé$chunk', 'éTITLEéCHUNK'],
  ])('%s → %s', (template, expected) => {
    expect(format(template)).toBe(expected)
  })

  test('names a field or a column', () => {
    expect(format('$title|$post_title')).toBe('TITLE|TITLE')
  })

  test('never expands what it has put in', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (chunk, title) => {
        expect(format('$title - $chunk', chunk, title)).toBe(`${title} - ${chunk}`)
      }),
    )
    expect(format('$title', '', '$chunk $$')).toBe('$chunk $$')
  })

  test.each(['$', '$5', '$ chunk', '${chunk', '${}', '$é'])(
    'with a placeholder that names nothing is refused: %s',
    (template) => {
      expect(() => format(template)).toThrow('VZ106 BlogPost.content: a `$` in the template')
    },
  )

  test.each(['$author', '${Title}'])('with an unknown name is refused: %s', (template) => {
    expect(() => format(template)).toThrow('VZ106 BlogPost.content: the template names')
  })
})
