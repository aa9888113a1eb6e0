// What a database still lacks of what the schema says, and what it costs to make: asked of the database itself.
import type { AnySpec, Database } from '@prisma-vectorizer/spec'
import type { GeneratorTools } from './generator-tools.ts'
import { run } from './sql/run.ts'

type Plan = ReturnType<GeneratorTools['planMigrations']>
type Planned = Plan['migrations'][number]
type Cost = Parameters<GeneratorTools['describeCost']>[0]

export interface PlannedStep extends Planned {
  /** Rows, chunks and tokens, for people; undefined where it embeds nothing. */
  readonly cost: string | undefined
}

export interface DatabasePlan extends Pick<Plan, 'waiting'> {
  readonly steps: readonly PlannedStep[]
}

/** `schemas` as the datasource names them. Throws VZ201, VZ206 and VZ505. */
export async function planDatabase(
  tools: GeneratorTools,
  database: Database,
  specs: readonly AnySpec[],
  schemas: readonly string[] | undefined,
): Promise<DatabasePlan> {
  const { migrations, waiting } = tools.planMigrations(specs, await tools.readDatabaseHistory(database, specs, schemas))
  const steps: PlannedStep[] = []
  for (const step of migrations) steps.push({ ...step, cost: await costOf(tools, database, step) })
  return { steps, waiting }
}

async function costOf(tools: GeneratorTools, database: Database, { embeds }: Planned): Promise<string | undefined> {
  if (!embeds) return undefined
  try {
    const [cost] = await run<Cost>(database, tools.countCost(embeds))
    return cost && tools.describeCost(cost)
  } catch {
    // A table that somebody has changed by hand, or that may not be read: the step itself says more.
    return undefined
  }
}
