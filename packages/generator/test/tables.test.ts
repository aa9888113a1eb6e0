import { describe, expect, test } from 'vitest'
import { isOtherType, isSameType } from '../src/migrations/sql-types.ts'
import { followTables, type Tables, tableKey } from '../src/migrations/tables.ts'

/** Each table's columns after the statements, as `name type`; null where they are not known. */
function tablesAfter(sql: string) {
  const tables: Tables = new Map()
  followTables(sql, tables)
  return Object.fromEntries(
    [...tables].map(([key, columns]) => [
      JSON.parse(key).join('.'),
      columns && [...columns].map(([name, type]) => `${name} ${type}`),
    ]),
  )
}

test('Prisma’s CREATE TABLE gives the columns and their types', () => {
  const sql = `-- CreateTable
CREATE TABLE "BlogPost" (
    "id" SERIAL NOT NULL,
    "title" VARCHAR(40) NOT NULL DEFAULT 'a, b); --',
    "price" DECIMAL(65,30),
    "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tags" TEXT[] DEFAULT ARRAY['x', 'y']::TEXT[],
    "kind" "types"."Kind" NOT NULL,
    "score" DOUBLE PRECISION,

    CONSTRAINT "BlogPost_pkey" PRIMARY KEY ("id", "title")
);`
  expect(tablesAfter(sql)).toEqual({
    'public.BlogPost': [
      'id SERIAL',
      'title VARCHAR(40)',
      'price DECIMAL(65,30)',
      'at TIMESTAMP(3)',
      'tags TEXT[]',
      'kind "types"."Kind"',
      'score DOUBLE PRECISION',
    ],
  })
})

test('names are read as PostgreSQL reads them', () => {
  const sql = `create table if not exists Post (Id int primary key, unique (Id));
CREATE UNLOGGED TABLE "app"."my ""own"" Post" ("a b" text);
CREATE TABLE public."x" (y text);`
  expect(tablesAfter(sql)).toEqual({
    'public.post': ['id int'],
    'app.my "own" Post': ['a b text'],
    'public.x': ['y text'],
  })
})

test('the key of a name without a schema is the one in public', () => {
  expect(tableKey({ schema: null, table: 'x' })).toBe(tableKey({ schema: 'public', table: 'x' }))
  expect(tableKey({ schema: 'a.b', table: 'c' })).not.toBe(tableKey({ schema: 'a', table: 'b.c' }))
})

test('columns come, go and change', () => {
  const sql = `CREATE TABLE "a" ("id" INTEGER NOT NULL, "x" TEXT, "y" TEXT, "z" TEXT, CONSTRAINT "a_pkey" PRIMARY KEY ("id"));
ALTER TABLE "a" DROP CONSTRAINT "a_pkey",
ALTER COLUMN "id" DROP DEFAULT,
ALTER COLUMN "id" SET DATA TYPE BIGINT,
DROP COLUMN "x",
ADD COLUMN     "w" VARCHAR(3) NOT NULL DEFAULT 'a,b',
ADD CONSTRAINT "a_pkey" PRIMARY KEY ("id");
ALTER TABLE ONLY "a" RENAME COLUMN "y" TO "why";
ALTER TABLE IF EXISTS "a" ALTER z TYPE uuid USING z::uuid;
ALTER TABLE "a" RENAME CONSTRAINT "a_pkey" TO "b_pkey";`
  expect(tablesAfter(sql)).toEqual({ 'public.a': ['id BIGINT', 'z uuid', 'w VARCHAR(3)', 'why TEXT'] })
})

test('what follows the columns is none of them', () => {
  const sql =
    'CREATE TABLE a (x int, y numeric(3,2)) PARTITION BY HASH (x); CREATE TABLE b (x int) WITH (fillfactor = 70);'
  expect(tablesAfter(sql)).toEqual({ 'public.a': ['x int', 'y numeric(3,2)'], 'public.b': ['x int'] })
})

test('tables are renamed, moved and dropped', () => {
  const sql = `CREATE TABLE "a" ("id" INT); CREATE TABLE "b" ("id" INT); CREATE TABLE "s"."c" ("id" INT); CREATE TABLE "d" (id int);
ALTER TABLE "a" RENAME TO "e";
ALTER TABLE "s"."c" RENAME TO "f";
ALTER TABLE "d" SET SCHEMA "t";
DROP TABLE IF EXISTS "b", "nothing" CASCADE;`
  expect(tablesAfter(sql)).toEqual({ 'public.e': ['id INT'], 's.f': ['id INT'], 't.d': ['id int'] })
})

test('columns that the text does not tell are null', () => {
  const sql = `CREATE TABLE a AS SELECT 1; CREATE TABLE b (LIKE a); CREATE TABLE c (x int) INHERITS (a); CREATE TABLE d PARTITION OF a DEFAULT;
ALTER TABLE a ADD COLUMN y int;`
  expect(tablesAfter(sql)).toEqual({ 'public.a': null, 'public.b': null, 'public.c': null, 'public.d': null })
})

describe('what is no statement is not taken for one', () => {
  test.each([
    ['a comment', '-- CREATE TABLE a (id int);\n/* CREATE TABLE b (id int); */'],
    ['a string', "INSERT INTO log VALUES ('; CREATE TABLE a (id int);', E'it\\'s; DROP TABLE x');"],
    ['a function’s body', 'DO $$ BEGIN EXECUTE $x$; CREATE TABLE a (id int);$x$; END $$;'],
    ['an identifier', 'COMMENT ON TABLE "; CREATE TABLE a (id int);" IS NULL;'],
  ])('%s', (_, sql) => {
    expect(tablesAfter(`CREATE TABLE x (id int);\n${sql}`)).toEqual({ 'public.x': ['id int'] })
  })
})

test.each([
  ['"Kind"', '"public"."Kind"'],
  ['"odd$schema-1".")"', '"odd$schema-1"." )"'],
  ['kind', '"public"."Kind"'],
  ['character varying(40)', 'VARCHAR(40)'],
  ['timestamp(3) without time zone', 'TIMESTAMP(3)'],
  ['"Kind"[]', '"types"."Kind"[]'],
])('%s is the type %s', (one, other) => {
  expect(isSameType(one, other)).toBe(true)
  expect(isOtherType(one, other)).toBe(false)
})

test.each([
  ['VARCHAR(40)', 'VARCHAR(80)'],
  ['"Kind"', '"Kind"[]'],
  ['"Kind"', '"Sort"'],
  ['INTEGER', 'BIGINT'],
])('%s is not the type %s', (one, other) => {
  expect(isSameType(one, other)).toBe(false)
})
