// Annotations, migrations and registry: whether the three say the same.
import { isDeepStrictEqual } from 'node:util'
import { type AnySpec, specVersion } from '@prisma-vectorizer/spec'
import { type Catalog, isKnown, type RegistryEntry } from '../catalog.ts'
import { generateAndMigrate } from '../examination.ts'
import { type Complaint, type Finding, findingOf, subjectOf } from '../finding.ts'
import type { Project } from '../project.ts'

/** What no single vectorizer is to blame for is about this. */
export const wholeDatabase = 'database'

export function checkSpecs(project: Project, { registry }: Catalog): Finding[] {
  const findings = [
    ...project.complaints.map((complaint) => findingOf('schema', complaint)),
    ...registry.filter((entry) => !isKnown(entry)).map(unknownVersion),
  ]
  if (project.specs === undefined) return findings
  return [...findings, ...(keepsMigrations(project, registry) ? migrated : pushed)(project, registry)]
}

/** An application on `db push` has no migrations, or an empty folder of them. */
export const keepsMigrations = ({ plan }: Project, registry: readonly RegistryEntry[]): boolean =>
  plan !== undefined && (plan.history.migrations.length > 0 || registry.length === 0)

function unknownVersion({ name, spec }: RegistryEntry): Finding {
  return findingOf(name, {
    code: 'DR108',
    fact: `Its spec has version ${String(spec.version)}; this doctor knows version ${specVersion}.`,
    fix: 'Update @prisma-vectorizer/worker and @prisma-vectorizer/generator.',
  })
}

const about = (spec: AnySpec | undefined, complaint: Complaint): Finding =>
  findingOf(spec ? subjectOf(spec) : wholeDatabase, complaint)

function migrated({ specs = [], plan, tools }: Project, registry: readonly RegistryEntry[]): Finding[] {
  if (!plan) return []
  const wanted = new Set(specs.map(({ name }) => name))
  const known = plan.history.vectorizers
  const findings: Finding[] = []
  for (const { spec, summary } of plan.migrations) {
    findings.push(
      about(spec, { code: 'DR102', fact: `The migrations lack one that ${summary}.`, fix: generateAndMigrate }),
    )
  }
  for (const { spec, until } of plan.waiting) {
    const fact = `It waits for a migration that ${until}.`
    findings.push(about(spec, { code: 'DR103', fact, fix: 'Run `npx prisma-vectorizer migrate dev`.' }))
  }
  const deploy = 'Run `npx prisma migrate deploy`.'
  for (const spec of known.values()) {
    const entry = registry.find(({ name }) => name === spec.name)
    if (!entry && wanted.has(spec.name)) {
      findings.push(about(spec, { code: 'DR104', fact: 'Its migration is not applied to this database.', fix: deploy }))
    }
    if (entry && isKnown(entry) && !isDeepStrictEqual(entry.spec, spec)) {
      const parts = tools?.changeBetween(entry.spec, spec)?.parts.join(', ') ?? 'names'
      const fact = `The database has another version of it than the migrations: ${parts}.`
      findings.push(about(spec, { code: 'DR105', fact, fix: deploy }))
    }
  }
  const strangers = registry.filter(({ name }) => !known.has(name) && !wanted.has(name))
  return [...findings, ...strangers.filter(isKnown).map((entry) => stranger(entry, tools))]
}

function pushed({ specs = [], tools }: Project, registry: readonly RegistryEntry[]): Finding[] {
  const push = 'Run `npx prisma-vectorizer push`.'
  const findings = specs.flatMap((spec) => {
    const entry = registry.find(({ name }) => name === spec.name)
    if (!entry) return about(spec, { code: 'DR107', fact: 'The database does not have it.', fix: push })
    const change = isKnown(entry) ? tools?.changeBetween(entry.spec, spec) : undefined
    const fact = `The database has another version of it: ${change?.parts.join(', ')}.`
    return change ? about(spec, { code: 'DR107', fact, fix: push }) : []
  })
  const strangers = registry.filter(({ name }) => !specs.some((spec) => spec.name === name))
  return [...findings, ...strangers.filter(isKnown).map((entry) => stranger(entry, tools))]
}

const stranger = ({ spec }: RegistryEntry, tools: Project['tools']): Finding =>
  about(spec, {
    code: 'DR106',
    level: 'warning',
    fact: `The database has the ${spec.kind} ${spec.name}, which is neither in the schema nor in its migrations.`,
    why: 'Its triggers still queue rows, and a worker still embeds them.',
    sql: tools?.repairs.remove(spec),
  })
