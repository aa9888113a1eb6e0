// What the worker's and the application's roles may do, against what they need.
import { objectNames, quoteIdentifier, quoteTable, type SqlQuery, vectorizerSchema } from '@prisma-vectorizer/spec'
import type { GeneratorTools } from '../../generator-tools.ts'
import { hidesRows } from '../../sql/hides-rows.ts'
import { type Examined, isVectorizer } from '../examination.ts'
import type { Complaint } from '../finding.ts'

export interface RoleOptions {
  readonly worker?: string | undefined
  readonly application?: string | undefined
}

type Right = ReturnType<GeneratorTools['workerRights']>[number]

/** What is asked of the database: whether a role has a privilege, or sees all rows of a table. */
interface Question {
  /** Index into the subjects asked about. */
  readonly part: number
  readonly kind: 'worker' | 'application'
  readonly role: string
  readonly on: 'schema' | 'table' | 'rows'
  readonly object: string
  /** Oid; null where it is no table, or gone. */
  readonly table: string | null
  readonly column: string | null
  readonly privilege: string
}

export interface RightAnswer extends Question {
  readonly exists: boolean
  /** Null where the object does not exist, which is told elsewhere. */
  readonly held: boolean | null
}

const sql = `SELECT
  question.*,
  asked.oid IS NOT NULL AS exists,
  CASE question."on"
    WHEN 'schema' THEN has_schema_privilege(asked.oid, to_regnamespace(object)::oid, privilege)
    WHEN 'rows' THEN NOT ${hidesRows('question."table"', 'asked.rolname')}
    ELSE CASE WHEN "column" IS NULL
      THEN has_table_privilege(asked.oid, question."table", privilege)
      ELSE has_column_privilege(asked.oid, question."table", (
        SELECT attnum FROM pg_catalog.pg_attribute
        WHERE attrelid = question."table" AND attname = "column" AND NOT attisdropped
      ), privilege)
    END
  END AS held
FROM jsonb_to_recordset($1::jsonb) AS question (
  part int, kind text, role text, "on" text, object text, "table" oid, "column" text, privilege text
)
LEFT JOIN pg_catalog.pg_roles AS asked ON asked.rolname = question.role`

/** Undefined where nothing is to be asked. */
export function askRights(subjects: readonly Examined[], options: RoleOptions): SqlQuery | undefined {
  const questions = subjects.flatMap((subject, part) => questionsOf(subject, part, options))
  return questions.length > 0 ? { text: sql, values: [JSON.stringify(questions)] } : undefined
}

function questionsOf(subject: Examined, part: number, options: RoleOptions): Question[] {
  const { spec, tools, catalog } = subject
  const oids = oidsOf(subject)
  const questions: Question[] = []
  const ask = (kind: Question['kind'], role: string | null, rights: readonly Right[]) => {
    if (role === null) return
    for (const { on, object, columns, privileges } of rights) {
      const table = oids.get(object) ?? null
      for (const column of columns ?? [null]) {
        for (const privilege of privileges) questions.push({ part, kind, role, on, object, table, column, privilege })
      }
    }
  }
  if (isVectorizer(subject)) {
    const role = options.worker ?? subject.spec.roles.worker ?? catalog.role
    ask('worker', role, tools?.workerRights(subject.spec) ?? [])
    for (const facts of new Set([subject.source, subject.store])) {
      if (!facts) continue
      const rows = { on: 'rows', object: quoteTable(facts), table: facts.oid, column: null, privilege: '' } as const
      questions.push({ part, kind: 'worker', role, ...rows })
    }
  }
  ask('application', options.application ?? spec.roles.application, tools?.applicationRights(spec) ?? [])
  return questions
}

/** The tables by the names that a GRANT has for them. */
function oidsOf({ spec, source, store, queue, catalog }: Examined): ReadonlyMap<string, string | undefined> {
  const shared = catalog.tables.filter(({ schema }) => schema === vectorizerSchema)
  return new Map([
    ...shared.map(({ table, oid }) => [`${vectorizerSchema}.${table}`, oid] as const),
    [`${vectorizerSchema}.vectorizer`, catalog.registryOid ?? undefined],
    [quoteTable({ schema: vectorizerSchema, table: objectNames(spec).queue }), queue?.oid],
    [quoteTable(spec.store), store?.oid],
    [quoteTable(spec.source), source?.oid],
  ])
}

/** `answers`: those about this subject. */
export function checkRights(subject: Examined, answers: readonly RightAnswer[]): Complaint[] {
  const { spec, tools } = subject
  const worker = isVectorizer(subject) ? tools?.workerRights(subject.spec) : []
  return [
    ...checkRole('worker', worker ?? [], subject, answers),
    ...checkRole('application', tools?.applicationRights(spec) ?? [], subject, answers),
  ]
}

function checkRole(
  kind: RightAnswer['kind'],
  rights: readonly Right[],
  { tools }: Examined,
  answers: readonly RightAnswer[],
): Complaint[] {
  const asked = answers.filter((answer) => answer.kind === kind)
  const [first] = asked
  if (!first) return []
  const role = quoteIdentifier(first.role)
  const lacking = asked.filter(({ held, on }) => on !== 'rows' && (held === false || !first.exists))
  const missing = rights.filter((right) => lacking.some((answer) => isOf(answer, right)))
  const hidden = asked.filter(({ held, on }) => on === 'rows' && held === false)
  const complaints: Complaint[] = hidden.map(({ object }) => ({
    code: 'DR804',
    fact: `The worker's role ${role} sees ${object} through row-level security.`,
    why: 'A row that is hidden looks deleted: the worker refuses to work.',
    sql: `CREATE POLICY vectorizer_worker ON ${object} TO ${role} USING (true);`,
  }))
  if (!first.exists) {
    const fact = `There is no role ${role}, which is to be the ${kind}'s.`
    complaints.push({ code: 'DR801', fact, sql: `CREATE ROLE ${role} LOGIN;` })
  }
  if (missing.length > 0) {
    const objects = [...new Set(missing.map(({ object }) => object))].join(', ')
    complaints.push({
      code: kind === 'worker' ? 'DR802' : 'DR803',
      fact: `The ${kind}'s role ${role} lacks rights on ${objects}.`,
      sql: missing.map((right) => `GRANT ${tools?.rightText(right)} TO ${role};`).join('\n'),
    })
  }
  return complaints
}

const isOf = ({ on, object, column, privilege }: Question, right: Right): boolean =>
  right.on === on &&
  right.object === object &&
  right.privileges.includes(privilege) &&
  (column === null ? right.columns === null : (right.columns?.includes(column) ?? false))
