import { PGlite } from '@electric-sql/pglite'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FilterColumn, filterColumns, filterCondition, type RowFilter } from '../src/index.ts'

const column = (name: string, type: FilterColumn['type'], sqlType: string): FilterColumn => ({
  field: name,
  column: name,
  type,
  sqlType,
})
const published = column('published', 'boolean', 'BOOLEAN')
const lang = column('lang', 'text', '"Lang"')
const views = column('views', 'number', 'INTEGER')
const at = column('at', 'datetime', 'TIMESTAMP(3)')
const odd = column('it\'s "odd"', 'text', 'TEXT')

let database: PGlite
beforeAll(async () => {
  database = await PGlite.create()
  await database.exec(`CREATE TYPE "Lang" AS ENUM ('en', 'de');
    CREATE TABLE post (id int, published boolean, lang "Lang", views int, at timestamp(3), "it's ""odd""" text);
    INSERT INTO post VALUES (1, true, 'en', 5, '2024-01-01', 'a'), (2, false, 'de', 50, '2025-01-01', 'b'),
      (3, NULL, NULL, NULL, NULL, NULL)`)
})
afterAll(() => database.close())

const inside = async (filter: RowFilter) =>
  (await database.query<{ id: number }>(`SELECT id FROM post WHERE ${filterCondition(filter)} ORDER BY id`)).rows.map(
    ({ id }) => id,
  )
const compare = (
  of: FilterColumn,
  operator: Extract<RowFilter, { kind: 'compare' }>['operator'],
  value: string | number | boolean,
): RowFilter => ({ kind: 'compare', column: of, operator, value })

test.each<[string, RowFilter, number[]]>([
  ['a boolean', compare(published, '=', true), [1]],
  ['a boolean that is not', compare(published, '!=', true), [2]],
  ['an enum', compare(lang, '=', 'de'), [2]],
  ['a number', compare(views, '>=', 5), [1, 2]],
  ['a negative number', compare(views, '>', -1.5), [1, 2]],
  ['a date', compare(at, '<', '2024-06-01T00:00:00Z'), [1]],
  ['a list', { kind: 'in', column: lang, values: ['en', 'de'] }, [1, 2]],
  ['NULL', { kind: 'null', column: views, isNull: true }, [3]],
  ['not NULL', { kind: 'null', column: views, isNull: false }, [1, 2]],
  ['not: NULL stays outside', { kind: 'not', filter: compare(lang, '=', 'en') }, [2]],
  ['and', { kind: 'and', filters: [compare(views, '>', 1), compare(published, '=', true)] }, [1]],
  [
    'or within and',
    {
      kind: 'and',
      filters: [compare(views, '>', 1), { kind: 'or', filters: [compare(lang, '=', 'de'), compare(views, '=', 5)] }],
    },
    [1, 2],
  ],
])('%s', async (_, filter, expected) => {
  expect(await inside(filter)).toEqual(expected)
})

test('names each column once, in the order of the text', () => {
  const filter: RowFilter = {
    kind: 'or',
    filters: [
      compare(views, '>', 1),
      { kind: 'not', filter: { kind: 'and', filters: [compare(lang, '=', 'en'), compare(views, '<', 9)] } },
      { kind: 'null', column: at, isNull: true },
    ],
  }
  expect(filterColumns(filter)).toEqual([views, lang, at])
  expect(filterColumns(null)).toEqual([])
})

test('puts the alias before every column', () => {
  const filter: RowFilter = {
    kind: 'and',
    filters: [compare(odd, '=', 'x'), { kind: 'in', column: views, values: [1] }],
  }
  expect(filterCondition(filter, 'new.')).toBe(`((new."it's ""odd"""::text = 'x') AND (new."views" IN (1))) IS TRUE`)
})

test('compares with any text, and does nothing else with it', async () => {
  const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'))
  await fc.assert(
    fc.asyncProperty(fc.oneof(text, fc.constantFrom(`'; DROP TABLE post; --`, '\\', "E'\\''", '$$')), async (value) => {
      const { rows } = await database.query(
        `SELECT FROM (VALUES ($1::text)) AS t ("it's ""odd""") WHERE ${filterCondition(compare(odd, '=', value))}`,
        [value],
      )
      expect(rows).toHaveLength(1)
    }),
    { numRuns: 60 },
  )
})
