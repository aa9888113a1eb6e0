// SQL types by the many names that migrations and PostgreSQL itself have for them.

/** Each alias, without its length, and the name it is compared by. */
const aliases: Readonly<Record<string, string>> = {
  int2: 'smallint',
  smallserial: 'smallint',
  serial2: 'smallint',
  int: 'integer',
  int4: 'integer',
  serial: 'integer',
  serial4: 'integer',
  int8: 'bigint',
  bigserial: 'bigint',
  serial8: 'bigint',
  bool: 'boolean',
  'character varying': 'varchar',
  character: 'char',
  bpchar: 'char',
  'bit varying': 'varbit',
  decimal: 'numeric',
  float4: 'real',
  float8: 'double precision',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  'time without time zone': 'time',
  'time with time zone': 'timetz',
}

/** Without a length they have this one. */
const ofLengthOne = new Set(['char', 'character', 'bit'])

/** The types that a key or a filter's column can have. One that is not here is compared with nothing. */
const wellKnown = new Set([
  ...Object.values(aliases),
  ...['text', 'uuid', 'date', 'bytea', 'json', 'jsonb', 'xml', 'inet', 'money', 'oid'],
])

/** Whether the two are certainly different, their lengths aside. */
export function isOtherType(one: string, other: string): boolean {
  const [a, b] = [one, other].map((type) => parts(type).name)
  return wellKnown.has(a as string) && wellKnown.has(b as string) && a !== b
}

/** Whether the two are one, lengths included. */
export function isSameType(one: string, other: string): boolean {
  const [a, b] = [parts(one), parts(other)]
  return a.name === b.name && a.length === b.length
}

/** `"public"."Kind"`, `timestamp(3) without time zone`, `VARCHAR(40)[]` → name and length. */
function parts(type: string): { readonly name: string; readonly length: string } {
  // A name in quotes is the application's own type, whatever stands in it: white space may have been lost on the way here.
  const quoted = /"((?:[^"]|"")*)"(\[\])?$/u.exec(type.trim())
  if (quoted) return { name: (quoted[1] ?? '').replace(/\s/gu, '').toLowerCase() + (quoted[2] ?? ''), length: '' }
  const text = type.toLowerCase().replace(/^\w+\./u, '')
  const length = /\([^)]*\)/u.exec(text)?.[0] ?? ''
  const bare = text.replace(length, '').replace(/\s+/gu, ' ').trim()
  const name = bare.replace(/\[\]$/u, '')
  return {
    name: (aliases[name] ?? name) + bare.slice(name.length),
    length: length === '' && ofLengthOne.has(name) ? '(1)' : length.replace(/\s/gu, ''),
  }
}
