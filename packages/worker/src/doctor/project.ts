// What the project says the database should have: its annotations, and its migrations.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AnySpec, isVectorizerError, type VectorizerError } from '@prisma-vectorizer/spec'
import { type GeneratorTools, loadGeneratorTools } from '../generator-tools.ts'
import { findApplication } from '../prisma-application.ts'
import type { PrismaPaths } from '../prisma-cli.ts'
import type { Complaint } from './finding.ts'

type MigrationsPlan = ReturnType<GeneratorTools['planFolder']>

export interface Project {
  readonly tools: GeneratorTools | undefined
  /** What the annotations say; undefined where there is no schema, or it cannot be read. */
  readonly specs: readonly AnySpec[] | undefined
  /** Undefined where no migrations are kept. */
  readonly plan: MigrationsPlan | undefined
  readonly isMigrated: (text: string) => boolean
  /** Why specs or plan could not be read, where they are not just absent. */
  readonly complaints: readonly Complaint[]
  /** What was not looked at, for people. */
  readonly notes: readonly string[]
}

const registryOnly = 'the database is compared with its own registry only.'
const nothing = { specs: undefined, plan: undefined, isMigrated: () => false, complaints: [], notes: [] } as const

/** Throws VZ506 where a schema that was named does not exist. */
export async function readProject(folder: string, paths: PrismaPaths): Promise<Project> {
  let tools: GeneratorTools | undefined
  try {
    tools = await loadGeneratorTools('doctor')
    return { ...(await readWith(tools, folder, paths)), tools }
  } catch (error) {
    if (!isVectorizerError(error)) throw error
    if (error.code === 'VZ509' && paths.schema === undefined) {
      const note = `@prisma-vectorizer/generator is not installed: ${registryOnly} Types, the texts of functions and rights are not checked.`
      return { ...nothing, tools: undefined, notes: [note] }
    }
    if (error.code === 'VZ506' && paths.schema === undefined) {
      return { ...nothing, tools, notes: [`There is no Prisma schema here: ${registryOnly}`] }
    }
    // The annotations, the migrations, or prisma.config.ts.
    if (!/^VZ(1|2|501)/u.test(error.code)) throw error
    return { ...nothing, tools, complaints: [unresolved(error)] }
  }
}

async function readWith(tools: GeneratorTools, folder: string, paths: PrismaPaths): Promise<Omit<Project, 'tools'>> {
  const application = await findApplication(tools, folder, paths)
  const schema = tools.planSchema(application.schemaPath)
  if (!schema) {
    const fact = 'Prisma cannot read the schema.'
    return { ...nothing, complaints: [{ code: 'DR101', fact, fix: 'Run `npx prisma validate`.' }] }
  }
  const { specs } = schema
  const said = schema.generator?.migrations
  const migrations =
    said !== undefined ? said : process.env[tools.migrationsVariable] === 'none' ? null : application.migrations
  if (migrations === null) return { ...nothing, specs }
  try {
    const plan = tools.planFolder(migrations, specs)
    const texts = plan.history.migrations.map((name) => readFileSync(join(migrations, name, 'migration.sql'), 'utf8'))
    const isMigrated = (text: string) => texts.some((sql) => sql.replaceAll('\r\n', '\n').includes(text))
    return { ...nothing, specs, plan, isMigrated }
  } catch (error) {
    if (!isVectorizerError(error)) throw error
    return { ...nothing, specs, complaints: [unresolved(error)] }
  }
}

/** An error as the generator throws it. */
const unresolved = ({ code, fact, why, fix }: VectorizerError): Complaint => ({
  code: 'DR101',
  fact: `${code} ${fact}`,
  why,
  fix: fix ?? 'Run `npx prisma generate`: it shows the place.',
})
