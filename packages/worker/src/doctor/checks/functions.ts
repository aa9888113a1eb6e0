// The functions that the triggers run, or ask whether to run: their texts, and whose rights they run with.
import { objectNames, quoteTable, type VectorizerSpec, vectorizerSchema } from '@prisma-vectorizer/spec'
import { type FunctionFacts, triggersOf } from '../catalog.ts'
import { type Examined, generateAndMigrate } from '../examination.ts'
import type { Complaint } from '../finding.ts'

export function checkFunctions(subject: Examined<VectorizerSpec>): Complaint[] {
  const { spec, source, catalog, tools } = subject
  const names = objectNames(spec)
  const called = [...new Set(triggersOf(spec, source?.partitioned ?? false).map((trigger) => trigger.function))]
  const asked = [names.changedFunction, names.unknownFunction]
  const found = (name: string) => catalog.functions.find((each) => each.name === name)
  const missing = [...called, ...asked].filter((name) => !found(name))
  const present = (list: readonly string[]) => list.flatMap((name) => found(name) ?? [])
  return [
    ...(missing.length > 0
      ? [
          {
            code: 'DR605',
            fact: `Missing: ${missing.map(quoted).join(', ')}.`,
            sql: tools?.repairs.triggers(spec),
          } as const,
        ]
      : []),
    ...(found('current_key')
      ? []
      : [{ code: 'DR605', fact: `Missing: ${quoted('current_key')}.`, sql: tools?.repairs.install() } as const]),
    ...checkBodies(subject, present([...called, ...asked])),
    ...checkRights(present(called), present(asked)),
  ]
}

function checkBodies(subject: Examined<VectorizerSpec>, functions: readonly FunctionFacts[]): Complaint[] {
  const { spec, tools, isMigrated } = subject
  const names = objectNames(spec)
  const switched: string[] = isSwitched(functions, names.unknownFunction)
    ? [names.unknownFunction, names.changedFunction]
    : []
  const complaints = switched.length > 0 ? [columnsChanged(subject)] : []
  const wanted = new Map(tools?.expectedFunctions(spec).map(({ name, body }) => [name, body]))
  const other = functions.filter(
    ({ name, body }) => wanted.has(name) && !switched.includes(name) && withoutReturns(body) !== wanted.get(name),
  )
  if (other.length === 0) return complaints
  const older = other.every(({ body }) => isMigrated(withoutReturns(body)))
  return [
    ...complaints,
    {
      code: 'DR606',
      level: older ? 'warning' : 'error',
      fact: `${other.map(({ name }) => quoted(name)).join(', ')} ${other.length === 1 ? 'is' : 'are'} not as this version writes ${other.length === 1 ? 'it' : 'them'}.`,
      why: older ? 'Another version of prisma-vectorizer wrote them.' : 'Somebody has changed them.',
      sql: tools?.repairs.triggers(spec),
    },
  ]
}

const withoutReturns = (text: string): string => text.replaceAll('\r\n', '\n')

const isSwitched = (functions: readonly FunctionFacts[], unknown: string): boolean =>
  functions.find(({ name }) => name === unknown)?.body.trim() === 'SELECT true'

function columnsChanged({ spec, source, tools, pending }: Examined<VectorizerSpec>): Complaint {
  const read = [...spec.source.key, spec.source.text, ...spec.source.templateColumns]
  const complete = read.every(({ column }) => source?.columns.some(({ name }) => name === column))
  return {
    code: 'DR607',
    fact: 'Columns that it reads were renamed, dropped or retyped: every update of a row queues it.',
    why: 'The guard switched from "changed" to "unknown", so that no change is lost; it cannot switch back by itself.',
    ...(pending.has(spec.name) || !complete ? { fix: generateAndMigrate } : { sql: tools?.repairs.triggers(spec) }),
  }
}

function checkRights(called: readonly FunctionFacts[], asked: readonly FunctionFacts[]): Complaint[] {
  const complaints: Complaint[] = []
  const complain = (
    code: Complaint['code'],
    functions: readonly FunctionFacts[],
    fact: string,
    why: string,
    statement: (signature: string) => string,
  ) => {
    if (functions.length === 0) return
    const signatures = functions.map(({ name, arguments: list }) => `${quoted(name)}(${typesOf(list)})`)
    complaints.push({
      code,
      fact: `${fact}: ${signatures.join(', ')}.`,
      why,
      sql: signatures.map(statement).join('\n'),
    })
  }
  complain(
    'DR608',
    called.filter(({ definer }) => !definer),
    'Not SECURITY DEFINER',
    'Whoever writes the source without rights on our schema gets an error.',
    (signature) => `ALTER FUNCTION ${signature} SECURITY DEFINER;`,
  )
  complain(
    'DR609',
    called.filter(({ fixedPath }) => !fixedPath),
    'No fixed search_path',
    'Whoever writes the source could have other functions called with the rights of their owner.',
    (signature) => `ALTER FUNCTION ${signature} SET search_path = pg_catalog, pg_temp;`,
  )
  complain(
    'DR610',
    called.filter((each) => each.public),
    'Everybody may call',
    'Whoever may make a table could put these triggers on it, and write our queue.',
    (signature) => `REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC;`,
  )
  complain(
    'DR611',
    asked.filter((each) => !each.public),
    'Not everybody may call',
    'They stand in the condition of a trigger: an update by anybody else is refused.',
    (signature) => `GRANT EXECUTE ON FUNCTION ${signature} TO PUBLIC;`,
  )
  return complaints
}

const quoted = (name: string): string => quoteTable({ schema: vectorizerSchema, table: name })

/** `before anyelement, after anyelement` → `anyelement, anyelement`. */
const typesOf = (list: string): string =>
  list
    .split(', ')
    .map((part) => part.split(' ').at(-1))
    .join(', ')
