// The doctor on a database that was migrated by the SQL of a schema, without a project around it.
import type { AnySpec, Queryable } from '@prisma-vectorizer/spec'
import * as tools from '../../../generator/src/tools.ts'
import type { RoleOptions } from '../../src/doctor/checks/rights.ts'
import { examine } from '../../src/doctor/examine.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import type { Project } from '../../src/doctor/project.ts'

export type Run = (sql: string, values?: unknown[]) => Promise<Record<string, unknown>[]>

/** The registry says what there should be. */
export const registryOnly: Project = {
  tools,
  specs: undefined,
  plan: undefined,
  isMigrated: () => false,
  complaints: [],
  notes: [],
}

const queryable = (run: Run): Queryable => ({
  query: async <R>(text: string, values?: readonly unknown[]) => (await run(text, values && [...values])) as R[],
})

export const findingsOf = async (run: Run, project: Project = registryOnly, roles?: RoleOptions) =>
  (await examine(queryable(run), project, roles)).findings

/** `DR501 BlogPost.content`. */
export const named = (findings: readonly Finding[]): string[] =>
  findings.map(({ code, subject }) => `${code} ${subject}`)

/** A schema whose migrations are `migrations`, and whose annotations say `specs`. */
export const project = (specs: readonly AnySpec[], plan: Project['plan'], more: Partial<Project> = {}): Project => ({
  ...registryOnly,
  specs,
  plan,
  ...more,
})
