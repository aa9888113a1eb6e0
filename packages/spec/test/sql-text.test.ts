import fc from 'fast-check'
import { loadModule, parseSync } from 'libpg-query'
import { beforeAll, describe, expect, it } from 'vitest'
import { byteLength, InternalError, quoteIdentifier, quoteLiteral, quoteTable } from '../src/index.ts'

/** Any text without NUL, weighted towards what quoting can get wrong. */
const anyText = fc
  .array(
    fc.oneof(fc.constantFrom('"', "'", '\\', '$', '$$', '--', '/*', '\n', ';', 'E'), fc.string({ unit: 'binary' })),
    {
      maxLength: 12,
    },
  )
  .map((parts) => parts.join('').replaceAll('\0', ''))
const anyIdentifier = anyText.filter((text) => text !== '' && byteLength(text) <= 63)

beforeAll(async () => {
  await loadModule()
})

/** The parts of libpg-query's tree these tests look at; its own types are unions of every node there is. */
interface SelectTree {
  readonly targetList?: readonly { ResTarget: { name?: string; val?: { A_Const?: { sval?: { sval?: string } } } } }[]
  readonly fromClause?: readonly { RangeVar: { relname: string; schemaname?: string } }[]
}

/** What PostgreSQL's own parser makes of the one statement of `sql`. */
function parsedSelect(sql: string): SelectTree {
  const { stmts } = parseSync(sql) as { stmts: readonly { stmt: { SelectStmt: SelectTree } }[] }
  const [only, ...others] = stmts
  if (!only || others.length > 0) throw new Error(`${stmts.length} statements in ${sql}`)
  return only.stmt.SelectStmt
}

describe('quoteIdentifier', () => {
  it('makes an identifier that PostgreSQL reads as the same name', () => {
    fc.assert(
      fc.property(anyIdentifier, (name) => {
        const select = parsedSelect(`SELECT 1 AS ${quoteIdentifier(name)}`)
        expect(select.targetList?.[0]?.ResTarget.name).toBe(name)
      }),
      { numRuns: 500 },
    )
  })

  it('refuses what PostgreSQL cannot store as a name', () => {
    expect(() => quoteIdentifier('')).toThrow(InternalError)
    expect(() => quoteIdentifier('a\0b')).toThrow(InternalError)
  })
})

describe('quoteTable', () => {
  it('names the schema where there is one', () => {
    fc.assert(
      fc.property(anyIdentifier, fc.option(anyIdentifier), (table, schema) => {
        const range = parsedSelect(`SELECT 1 FROM ${quoteTable({ schema, table })}`).fromClause?.[0]?.RangeVar
        expect(range?.relname).toBe(table)
        expect(range?.schemaname ?? null).toBe(schema)
      }),
      { numRuns: 300 },
    )
  })
})

describe('quoteLiteral', () => {
  it('makes a literal that PostgreSQL reads as the same text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const item = parsedSelect(`SELECT ${quoteLiteral(text)}`).targetList?.[0]?.ResTarget.val?.A_Const
        expect(item?.sval?.sval ?? '').toBe(text)
      }),
      { numRuns: 500 },
    )
  })

  it('writes a backslash so that it does not depend on standard_conforming_strings', () => {
    expect(quoteLiteral("it's")).toBe("'it''s'")
    expect(quoteLiteral('a\\b')).toBe("E'a\\\\b'")
  })

  it('refuses NUL', () => {
    expect(() => quoteLiteral('a\0b')).toThrow(InternalError)
  })
})
