// From annotated models to an answer, in an application made by application.ts: the documented steps, then a script of the
// application's own that writes a row of each model, embeds, searches, changes and deletes.
import type { Project } from './project.ts'

/** As the documentation says for new models. Returns what the last command printed. */
export async function takeDocumentedSteps(project: Project): Promise<string> {
  await project.prisma('migrate dev --name init')
  await project.prisma('generate')
  return (await project.prisma('migrate dev')).stdout
}

/** What `migrate dev`, `migrate diff` and `db push` print when Prisma sees nothing to do. */
export const inSync = {
  'migrate dev': 'Already in sync, no schema change or pending migration was found.',
  'migrate diff': 'No difference detected.',
  'db push': 'The database is already in sync with the Prisma schema.',
} as const

export interface Travelled {
  /** Rows in the queues: after the rows were written, after their texts were changed, after they were deleted. */
  readonly queued: readonly [written: number, changed: number, deleted: number]
  /** The nearest text: as it was written, and as it was changed. */
  readonly found: readonly [written: string | undefined, changed: string | undefined]
  /** Chunks that are left after the row was deleted. */
  readonly left: number
}

export interface Traveller {
  /** The delegate: `blogPost`. */
  readonly model: string
  /** A row without its text, as TypeScript. */
  readonly row: string
  /** The text's field, and the name of its vectorizer. Default: `text`, `textEmbeddings`. */
  readonly field?: string
  readonly vectorizer?: string
}

/** Takes a row of each model down the road, with Prisma Client and the worker in one process of the application. */
export async function travel(project: Project, travellers: readonly Traveller[]): Promise<Record<string, Travelled>> {
  const rows = travellers.map(
    ({ model, row, field = 'text', vectorizer = `${field}Embeddings` }) =>
      `  { model: '${model}', row: ${row}, field: '${field}', vectorizer: '${vectorizer}' },`,
  )
  await project.write('travel.ts', script.replace('/* rows */', rows.join('\n')))
  const { stdout } = await project.node(['node_modules/tsx/dist/cli.mjs', 'travel.ts'])
  return JSON.parse(stdout)
}

const script = `import { PrismaPg } from '@prisma/adapter-pg'
import { resolveEmbedder } from '@prisma-vectorizer/embedders'
import { objectNames, quoteTable, vectorizerSchema } from '@prisma-vectorizer/spec'
import { createWorker } from '@prisma-vectorizer/worker'
import { PrismaClient } from './generated/prisma/client.ts'
import { manifest, vectorizer } from './generated/vectorizer/index.ts'

const url = process.env['DATABASE_URL'] as string
const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) }).$extends(vectorizer({ embedder: resolveEmbedder }))
const travellers = [
/* rows */
].map((traveller) => {
  const spec = manifest.vectorizers.find(
    ({ accessor, source }: any) =>
      accessor === traveller.vectorizer && source.model.toLowerCase() === traveller.model.toLowerCase(),
  ) as any
  if (!spec) throw new Error('no vectorizer ' + traveller.model + '.' + traveller.vectorizer)
  return { ...traveller, spec, delegate: (db as any)[traveller.model] }
})

const worker = createWorker({ database: url })
async function embed() {
  const { failed } = await worker.drain()
  if (failed > 0) throw new Error(failed + ' rows failed')
}
const count = async (table: string) => Number((await db.$queryRawUnsafe<any[]>('SELECT count(*) AS n FROM ' + table))[0].n)
const queued = ({ spec }: any) => count(quoteTable({ schema: vectorizerSchema, table: objectNames(spec).queue }))
const found = async ({ delegate, vectorizer, spec, field }: any, query: string) => {
  const [nearest] = await delegate.findSimilar(query, { vectorizer, take: 1 }).catch((error: Error) => {
    // Every traveller shall have its own result.
    return [{ [field]: error.message, _chunk: { chunk: error.message } }]
  })
  return spec.store.kind === 'column' ? nearest?.[field] : nearest?._chunk.chunk
}
const each = async <T>(work: (traveller: any) => Promise<T>) => {
  const results: T[] = []
  for (const traveller of travellers) results.push(await work(traveller))
  return results
}

// Two vectorizers of one model share its row.
const rowsOf = new Map<string, any>()
for (const { model, delegate, row, field } of travellers) {
  const known = rowsOf.get(model) ?? { delegate, row: {}, fields: [] }
  rowsOf.set(model, { delegate, row: { ...known.row, ...row }, fields: [...known.fields, field] })
}
const texts = (fields: string[], text: string) => Object.fromEntries(fields.map((field) => [field, text]))
for (const { delegate, row, fields } of rowsOf.values()) await delegate.create({ data: { ...row, ...texts(fields, 'a wooden boat') } })
const written = await each(queued)
await embed()
const before = await each((traveller) => found(traveller, 'wooden boats'))
for (const { delegate, fields } of rowsOf.values()) await delegate.updateMany({ data: texts(fields, 'a stone house') })
const changed = await each(queued)
await embed()
const after = await each((traveller) => found(traveller, 'stone houses'))
for (const { delegate } of [...rowsOf.values()].reverse()) await delegate.deleteMany()
const deleted = await each(queued)
await embed()
const left = await each(({ spec }) => count(quoteTable(spec.store)))
await worker.stop()
await db.$disconnect()
console.log(JSON.stringify(Object.fromEntries(travellers.map(({ model, vectorizer }, index) => [
  model + '.' + vectorizer,
  { queued: [written[index], changed[index], deleted[index]], found: [before[index], after[index]], left: left[index] },
]))))
`
