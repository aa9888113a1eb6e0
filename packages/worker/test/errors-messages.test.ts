// What an error message may say, and how errors are told apart.
import { VectorizerError } from '@prisma-vectorizer/spec'
import { describe, expect, test } from 'vitest'
import { withoutSecrets, withoutTexts } from '../src/errors/strip-texts.ts'
import { codeOf, describeFailure, failedRow } from '../src/pipeline/failure.ts'
import { providerError } from './support/fake-embedders.ts'

const secret = 'The patient was told on Tuesday that nothing could be done.'

describe('a message does not repeat', () => {
  test.each([
    ['the text', `cannot embed "${secret}" today`, 'cannot embed "…" today'],
    ['the text twice', `${secret} and ${secret}`, '… and …'],
    ['the text as JSON', `{"input":${JSON.stringify(`a "quoted"\n${secret}`)}}`, '{"input":"…"}'],
    ['its beginning', `invalid input: ${secret.slice(0, 40)}... (cut)`, 'invalid input: …... (cut)'],
    ['its end', `invalid input: …${secret.slice(-40)}`, 'invalid input: ……'],
    ['a part from its middle', `near "${secret.slice(10, 45)}"`, 'near "…"'],
  ])('%s', (_, message, expected) => {
    expect(withoutTexts(message, [secret, `a "quoted"\n${secret}`])).toBe(expected)
  })

  test('any run of 31 characters, wherever it starts', () => {
    for (let start = 0; start + 31 <= secret.length; start++) {
      expect(withoutTexts(`at [${secret.slice(start, start + 31)}]`, [secret])).toBe('at […]')
    }
  })

  test('a chunk, where the error is about another', () => {
    const row = { key: ['1'], attempts: 1, lostLeases: 0, reembed: false }
    const { message } = failedRow(row, 'embed', new Error(`refused: ${secret}`), ['another chunk', secret])
    expect(message).toBe('refused: …')
  })

  test.each([
    ['postgresql://worker:hunter2@db/app refused', 'postgresql://…@db/app refused'],
    [
      'GET https://b.s3.amazonaws.com/a.pdf?X-Amz-Signature=abcdef0123&X-Amz-Date=1 403',
      'GET https://b.s3.amazonaws.com/a.pdf?X-Amz-Signature=…&X-Amz-Date=1 403',
    ],
    ['https://h/v1?api_key=abc', 'https://h/v1?api_key=…'],
    ['Authorization: Bearer abcdefghijkl', 'Authorization: Bearer …'],
    ['Incorrect API key provided: sk-proj-abc123def.', 'Incorrect API key provided: …'],
    ['AKIAIOSFODNN7EXAMPLE may not', '… may not'],
  ])('a secret: %s', (message, expected) => {
    expect(withoutSecrets(message)).toBe(expected)
  })

  test('but keeps what is not the row’s', () => {
    const message = 'value too long for type character varying(20); task-based tokens=12'
    expect(describeFailure(new Error(message), [secret, 'ab', ''])).toBe(message)
  })

  test('the text of a large document, at once', () => {
    const document = Array.from({ length: 200_000 }, (_, index) => `word${index}`).join(' ')
    const started = performance.now()
    expect(withoutTexts(`cannot parse: ${document.slice(500_003, 500_300)}`, [document])).toBe('cannot parse: …')
    expect(withoutTexts(`cannot parse: ${'-'.repeat(20_000)}`, ['-'.repeat(1_000_000)])).toBe('cannot parse: …')
    expect(performance.now() - started).toBeLessThan(3_000)
  })
})

test.each([
  ['an error of ours', new VectorizerError('VZ602', { fact: 'No.' }), 'VZ602'],
  ['a refusal that an embedder hands on', providerError(400, false), 'VZ405'],
  ['an HTTP status', Object.assign(new Error('no'), { statusCode: 400 }), 'HTTP 400'],
  [
    'an HTTP status among the causes',
    new Error('no', { cause: Object.assign(new Error(), { statusCode: 413 }) }),
    'HTTP 413',
  ],
  ['a SQLSTATE', Object.assign(new Error('no'), { code: '22001' }), '22001'],
  ['a failure of the system', Object.assign(new Error('no'), { code: 'ECONNRESET' }), 'ECONNRESET'],
  ['a name', new RangeError('no'), 'RangeError'],
  ['a name that is a sentence', Object.assign(new Error('no'), { name: 'a sentence, with a text' }), 'unknown'],
  ['no error', 'no', 'unknown'],
])('%s is the code', (_, error, code) => {
  expect(codeOf(error)).toBe(code)
})

test.each([
  ['VZ601', true],
  ['VZ603', true],
  ['VZ604', true],
  ['VZ605', true],
  ['VZ523', true],
  ['VZ106', true],
  ['VZ107', true],
  ['VZ602', false],
  ['VZ405', false],
] as const)('%s is permanent: %s', (code, permanent) => {
  const row = { key: ['1'], attempts: 1, lostLeases: 0, reembed: false }
  expect(failedRow(row, 'load', new VectorizerError(code, { fact: 'No.' }), [])).toMatchObject({ code, permanent })
})
