// One pass: what the project says, what the database has, and every check of the one against the other.
import type { AnySpec, Queryable } from '@prisma-vectorizer/spec'
import { run } from '../sql/run.ts'
import { isKnown, readCatalog } from './catalog.ts'
import { checkExtensions } from './checks/extensions.ts'
import { checkFunctions } from './checks/functions.ts'
import { type Heartbeats, readHeartbeats } from './checks/heartbeats.ts'
import { checkOrphans, countOrphans, type OrphanCount } from './checks/orphans.ts'
import { checkQueue } from './checks/queue.ts'
import { checkPaused, checkQueueHealth, type QueueHealth, readQueues } from './checks/queue-health.ts'
import { askRights, checkRights, type RightAnswer, type RoleOptions } from './checks/rights.ts'
import { checkSharedTables } from './checks/shared-tables.ts'
import { checkSource } from './checks/source.ts'
import { checkSpecs, keepsMigrations, wholeDatabase } from './checks/specs.ts'
import { checkStore } from './checks/store.ts'
import { checkTextIndex } from './checks/text-index.ts'
import { checkTriggers } from './checks/triggers.ts'
import { checkVectorIndex, type IndexWork, readIndexWork } from './checks/vector-index.ts'
import { checkView } from './checks/view.ts'
import { type Examined, examined, isVectorizer } from './examination.ts'
import { type Complaint, type Finding, findingOf, subjectOf } from './finding.ts'
import type { Project } from './project.ts'

export interface Report {
  readonly findings: readonly Finding[]
  /** Everything that was looked at: `BlogPost.content`. */
  readonly subjects: readonly string[]
  /** What was not looked at, for people. */
  readonly notes: readonly string[]
}

/** Throws VZ512. `project.plan` and the registry decide what is compared with what. */
export async function examine(database: Queryable, project: Project, roles: RoleOptions = {}): Promise<Report> {
  const catalog = await readCatalog(database)
  const { tools, isMigrated } = project
  const plan = keepsMigrations(project, catalog.registry) ? project.plan : undefined
  const pending = new Set(plan?.migrations.flatMap(({ spec }) => spec?.name ?? []))
  const subjects = catalog.registry
    .filter(isKnown)
    .map((entry) => examined(entry, { catalog, tools, pending, isMigrated }))

  const ask = async <R extends object>(query: Parameters<typeof run>[1] | undefined): Promise<readonly R[]> =>
    query ? run<R>(database, query) : []
  const queues = await ask<QueueHealth>(readQueues(subjects))
  const [heartbeats] = await ask<Heartbeats>(readHeartbeats(catalog))
  const orphans = await ask<OrphanCount>(countOrphans(subjects))
  const indexWork = await ask<IndexWork>(readIndexWork(subjects))
  const rights = await ask<RightAnswer>(askRights(subjects, roles))

  const findings: Finding[] = checkSpecs(project, catalog)
  const specs = new Map<string, AnySpec>(subjects.map(({ spec }) => [spec.name, spec]))
  for (const complaint of checkExtensions(catalog, [...(project.specs ?? []), ...specs.values()]))
    findings.push(findingOf(wholeDatabase, complaint))
  for (const complaint of checkSharedTables(catalog, tools)) findings.push(findingOf(wholeDatabase, complaint))
  for (const [part, subject] of subjects.entries()) {
    const isAbout = (answer: { readonly part: number }) => answer.part === part
    const health = queues.find(isAbout)
    const complaints = [
      ...checkStructure(subject, indexWork.find(isAbout), health),
      ...(isVectorizer(subject) && health ? checkQueueHealth(subject, health, heartbeats) : []),
      ...(isVectorizer(subject) ? orphans.filter(isAbout).flatMap((count) => checkOrphans(subject, count)) : []),
      ...checkRights(subject, rights.filter(isAbout)),
    ]
    for (const complaint of complaints) findings.push(findingOf(subjectOf(subject.spec), complaint))
  }
  const all = [...(project.specs ?? []), ...specs.values()].map(subjectOf)
  return { findings, subjects: [...new Set(all)], notes: project.notes }
}

/** In the order in which repairs can run. */
function checkStructure(
  subject: Examined,
  indexWork: IndexWork | undefined,
  health: QueueHealth | undefined,
): Complaint[] {
  return [
    ...checkSource(subject),
    ...checkStore(subject),
    ...checkVectorIndex(subject, indexWork),
    ...(isVectorizer(subject)
      ? [
          ...checkTextIndex(subject),
          ...checkView(subject),
          ...checkQueue(subject),
          ...checkFunctions(subject),
          ...checkTriggers(subject),
          ...checkPaused(subject, health),
        ]
      : []),
  ]
}
