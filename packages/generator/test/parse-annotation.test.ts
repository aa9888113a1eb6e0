import { describe, expect, test } from 'vitest'
import { parseAnnotation } from '../src/annotation/parse-annotation.ts'
import { annotationsOf, failureOf } from './support/schema.ts'

function parse(annotation: string) {
  const comment = annotation.replaceAll('\n', '\n  /// ')
  const [found] = annotationsOf(`model Post {\n  /// ${comment}\n  text String\n}\n`)
  if (!found) throw new Error(`no annotation in ${annotation}`)
  return parseAnnotation(found)
}

const values = (annotation: string) => Object.fromEntries(parse(annotation).map(({ name, value }) => [name, value]))

describe('values', () => {
  test('numbers, booleans, words and strings', () => {
    expect(values('@vectorizer(a: 768, b: -1.5, c: true, d: falsehood, e: "x")')).toEqual({
      a: { kind: 'number', value: 768, offset: 15 },
      b: { kind: 'number', value: -1.5, offset: 23 },
      c: { kind: 'boolean', value: true, offset: 32 },
      d: { kind: 'word', value: 'falsehood', offset: 41 },
      e: { kind: 'string', value: 'x', offset: 55 },
    })
  })

  test('strings with every escape, parentheses, commas, slashes and any script', () => {
    const [argument] = parse(String.raw`@vectorizer(a: "\n\t\r\"\\\/é ) // , 日本 😀")`)
    expect(argument?.value).toMatchObject({ kind: 'string', value: '\n\t\r"\\/é ) // , 日本 😀' })
  })

  test('lists and calls, nested and empty', () => {
    expect(values('@vectorizer(a: [], b: ["x", ["y"],], c: f(), d: f(g: h(i: 1),))')).toMatchObject({
      a: { kind: 'list', items: [] },
      b: { kind: 'list', items: [{ value: 'x' }, { items: [{ value: 'y' }] }] },
      c: { kind: 'call', name: 'f', args: [] },
      d: { kind: 'call', name: 'f', args: [{ name: 'g', value: { kind: 'call', name: 'h' } }] },
    })
  })
})

describe('layout', () => {
  test('an empty list of arguments parses', () => {
    expect(parse('@vectorizer()')).toEqual([])
    expect(parse('@vectorizer (  )')).toEqual([])
  })

  test('white space, line ends and a trailing comma go anywhere between', () => {
    expect(values('@vectorizer (\n  a : 1 ,\n\n\tb:f( c\t:2, ) ,\n)')).toMatchObject({
      a: { value: 1 },
      b: { args: [{ name: 'c', value: { value: 2 } }] },
    })
  })

  test('text behind the closing parenthesis is left alone', () => {
    expect(values('@vectorizer(a: 1) The rest ( is prose.\nAnd goes on.')).toMatchObject({ a: { value: 1 } })
  })
})

describe('a mistake is VZ101', () => {
  test.each([
    ['no parenthesis', '@vectorizer dimensions: 768'],
    ['nothing at all', '@vectorizer'],
    ['the closing parenthesis is missing', '@vectorizer(dimensions: 768'],
    ['the value is missing', '@vectorizer(dimensions: , name: x)'],
    ['the colon is missing', '@vectorizer(dimensions 768)'],
    ['the comma is missing', '@vectorizer(dimensions: 768 name: x)'],
    ['single quotes', "@vectorizer(dimensions: 768, template: '$chunk')"],
    ['an open string', '@vectorizer(template: "$chunk)'],
    ['an unknown escape', String.raw`@vectorizer(template: "\q")`],
    ['an equals sign', '@vectorizer(dimensions = 768)'],
    ['a second comma', '@vectorizer(dimensions: 768,, name: x)'],
    ['in a call', '@vectorizer(chunking: recursive(size: , overlap: 1))'],
    ['in a list', '@vectorizer(chunking: recursive(separators: ["a" "b"]))'],
    ['on a later line', '@vectorizer(\n  dimensions: 768\n  name: x\n)'],
  ])('%s', (_, annotation) => {
    expect(failureOf(() => parse(annotation)).message).toMatchSnapshot()
  })
})
