// Rows of the fixture's Everything, in PostgreSQL's own text forms: nothing that Prisma could not write is missing.
import { quoteIdentifier, quoteLiteral } from '@prisma-vectorizer/spec'

const uuid = '7b1f6d1e-0000-4000-8000-00000000abcd'

/** Columns by the name of the row; a column that is not named is NULL. */
export const everythingRows: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  nothing: {},
  'one of each': {
    ...{ text: 'a text', char: 'ab', var_char: 'varying', bit: '0101', varBit: '10101', uuid, inet: '10.0.0.1/8' },
    ...{ xml: '<a b="c">d</a>', int: '1', smallInt: '2', oid: '3', big: '4', float: '0.1', real: '0.1' },
    ...{ decimal: '1.10', money: '12.34', boolean: 't', kind: 'NOTE', mood: 'down' },
    ...{ timestamp: '2024-02-29 12:34:56.789', timestamptz: '2024-02-29 12:34:56.789+05:30', date: '2024-02-29' },
    ...{ time: '12:34:56.789', timetz: '12:34:56.789+00', json: '{"a": [1]}', jsonb: '{"a": [1]}', bytes: '\\x00ff10' },
  },
  'lists of each': {
    ...{ texts: '{a,"b,c"}', chars: '{ab,abcde}', bits: '{1,0101}', uuids: `{${uuid}}`, inets: '{10.0.0.1,::1/64}' },
    ...{ xmls: '{<a/>,<b/>}', ints: '{1,-2}', smallInts: '{3}', oids: '{4294967295,1}' },
    ...{ bigs: '{9007199254740993,-1}', floats: '{0.1,1e300}', reals: '{0.1,3e38}', decimals: '{1.10,-0.0000000001}' },
    ...{ moneys: '{1.50,0.05}', booleans: '{t,f}', kinds: '{NOTE,ESSAY,NOTE}', moods: '{down,GLAD}' },
    timestamps: '{"2024-02-29 12:34:56.789123","1969-07-20 20:17:40"}',
    timestamptzs: '{"2024-02-29 12:34:56+02"}',
    dates: '{2024-02-29,1815-06-18}',
    times: '{12:34:56.789,00:00:00}',
    jsons: '{"{\\"a\\": 1}","null","[1]"}',
    bytes_list: '{"\\\\x0001","\\\\x"}',
  },
  'lists of nothing': Object.fromEntries(
    [
      ...['texts', 'chars', 'bits', 'uuids', 'inets', 'xmls', 'ints', 'smallInts', 'oids', 'bigs', 'floats', 'reals'],
      ...['decimals', 'moneys', 'booleans', 'timestamps', 'timestamptzs', 'dates', 'times', 'jsons', 'bytes_list'],
      ...['kinds', 'moods'],
    ].map((column) => [column, '{}']),
  ),
  'empty values': {
    ...{ text: '', char: '', var_char: '', varBit: '', bytes: '\\x', json: '""', jsonb: '""', xml: '' },
    ...{ texts: '{"",""}', bits: '{""}', bytes_list: '{"\\\\x"}', int: '0', big: '0', float: '-0', decimal: '0.000' },
  },
  'the JSON null': { json: 'null', jsonb: 'null' },
  'a JSON list': { json: '[]', jsonb: '[[], null, {"a": []}]' },
  'JSON of other kinds': { json: '12345678901234567890', jsonb: 'true' },
  'JSON that looks like ours': {
    json: '{"$type": "DateTime", "value": "2024-02-29T00:00:00Z", "__proto__": {"a": 1}, "a": 1, "a": 2}',
    jsonb: '[{"$type": "Decimal", "value": "1.5"}, {"prisma__type": "bigint", "prisma__value": "1"}]',
  },
  'the largest': {
    ...{ int: '2147483647', smallInt: '32767', oid: '4294967295', big: '9223372036854775807', money: '999.99' },
    ...{ float: '1.7976931348623157e308', real: '3.4028235e38', decimal: `${'9'.repeat(40)}.${'9'.repeat(30)}` },
    ...{ timestamp: '9999-12-30 23:59:59.999999', timestamptz: '9999-12-30 23:59:59.999999+00', date: '9999-12-30' },
    ...{ time: '23:59:59.999999', timetz: '23:59:59.999999-12', text: '🎈'.repeat(1000) },
  },
  'the smallest': {
    ...{ int: '-2147483648', smallInt: '-32768', oid: '0', big: '-9223372036854775808', money: '0' },
    ...{ float: '5e-324', real: '1e-45', decimal: `-0.${'0'.repeat(50)}1` },
    ...{ timestamp: '0001-01-01 00:00:00.000001', timestamptz: '0001-01-01 00:00:00+00', date: '0001-01-01' },
    ...{ time: '00:00:00.000001', timetz: '00:00:00.000001+14' },
  },
  'before 1970': { timestamp: '1969-12-31 23:59:59.9995', timestamptz: '1815-06-18 11:35+00', date: '1752-09-14' },
  'beyond numbers': { float: 'NaN', real: 'Infinity', decimal: 'NaN', floats: '{NaN,Infinity,-Infinity}' },
  'the end of a day': { time: '24:00:00', timetz: '24:00:00+00' },
  'quotes and escapes': {
    text: '\'"\\ $1 \u0001 \n \u2028',
    texts: '{"\\"","\\\\","NULL","{}"," a ","\n"}',
    jsonb: '{"\'\\"\\\\": "\\u2028 $1"}',
    inet: '2001:db8::/32',
  },
  'a date beyond 9999': { date: '10000-01-01', dates: '{2024-01-01,12024-01-01}' },
  'the last day of 9999': { date: '9999-12-31', timestamp: '9999-12-31 23:59:59.999' },
  'a timestamp beyond 9999': { timestamp: '10000-01-01 00:00', timestamptz: '10000-01-01 00:00+00' },
  'dates before the common era': { date: '0044-03-15 BC', timestamp: '0044-03-15 12:00 BC' },
  'dates without end': { date: 'infinity', timestamp: '-infinity', timestamptz: 'infinity' },
  'texts with NULL among them': { texts: '{a,NULL}' },
  'numbers with NULL among them': { ints: '{1,NULL}', bigs: '{NULL}', dates: '{NULL}' },
  'a fortune': { money: '-1234567.50', moneys: '{"$1,234.50",-0.01}' },
}

/** The rows and a chunk of each, numbered from 1. */
export function insertEverything(): string {
  const statements = Object.entries(everythingRows).map(([name, row], index) => {
    const columns = ['id', 'note', ...Object.keys(row)].map(quoteIdentifier).join(', ')
    const values = [name, ...Object.values(row)].map(quoteLiteral).join(', ')
    return `INSERT INTO "Everything" (${columns}) VALUES (${index + 1}, ${values});
INSERT INTO "Everything_embedding_store" ("id", "chunk_seq", "chunk", "embedding") VALUES (${index + 1}, 0, '', '[1,0,${index}]')`
  })
  return statements.join(';\n')
}
