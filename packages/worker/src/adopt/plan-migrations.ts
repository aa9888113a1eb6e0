// The migrations of an adoption: the generator's own plan, with another SQL for what is taken over.
import type { AnySpec } from '@prisma-vectorizer/spec'
import type { GeneratorTools } from '../generator-tools.ts'
import { notAdoptable } from './installation.ts'
import type { Adopted } from './plan-adoption.ts'

type Plan = ReturnType<GeneratorTools['planMigrations']>

/** One for each that is taken over, and one for the extension where none is. `refuse` makes the error for one without its table. */
export function planMigrations(
  adopted: readonly Adopted[],
  specs: readonly AnySpec[],
  history: ReturnType<GeneratorTools['readHistory']>,
  tools: GeneratorTools,
  refuse: (one: Adopted, until: string) => Error,
): Plan['migrations'] {
  // The adopting migration adds a column that pgai has added, so it is not waited for.
  const tables = new Map(history.tables)
  for (const { spec } of adopted) {
    const columns = spec.store.kind === 'column' ? tables.get(tools.tableKey(spec.source)) : undefined
    if (columns && spec.store.kind === 'column') {
      tables.set(tools.tableKey(spec.source), new Map([[spec.store.column, `vector(${spec.dimensions})`], ...columns]))
    }
  }
  const { migrations, waiting } = tools.planMigrations(specs, { ...history, tables })
  for (const one of adopted) {
    const missing = waiting.find(({ spec }) => spec.name === one.spec.name)
    if (missing) throw refuse(one, missing.until)
  }
  return migrations.flatMap((migration) => {
    if (migration.spec === undefined) return [migration]
    const one = adopted.find(({ spec }) => spec.name === migration.spec?.name)
    if (!one) return []
    const { spec } = one
    const secures = history.secured.has(tools.tableKey(spec.source))
    return [
      {
        name: migration.name.replace(/^vectorize_/u, 'adopt_'),
        sql: tools.emitAdopt(spec, { secures }),
        summary: `takes the embeddings of ${tools.placeOf(spec)} over from pgai`,
        spec,
      },
    ]
  })
}

/** `pulled`: what `prisma db pull` made of pgai's, which must not be in a first migration. */
export function notInHistory(
  { vectorizer }: Adopted,
  until: string,
  pulled: readonly string[],
  paths: { readonly schema: string; readonly folder: string },
) {
  const first = `${paths.folder}/0_init`
  return notAdoptable(vectorizer, {
    fact: `no migration ${until}.`,
    why: 'Prisma Migrate replays the migrations on an empty database, where this one needs its source.',
    fix: [
      'Make a first migration of what the database has.',
      ...(pulled.length > 0
        ? [`Remove ${pulled.join(', ')} from the schema (\`adopt\` brings back what it needs). Then:`]
        : []),
      `\`mkdir -p ${first}\`,`,
      `\`prisma migrate diff --from-empty --to-schema ${paths.schema} --script > ${first}/migration.sql\`,`,
      '`prisma migrate resolve --applied 0_init`, and this command again.',
    ].join(' '),
  })
}
