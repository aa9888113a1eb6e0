// The whole road on keys and names that are not the simple ones: generate, migrate, write, worker, search.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWrappedApplication } from './support/application.ts'
import { createDatabase, type TestDatabase } from './support/databases.ts'
import type { Project } from './support/project.ts'

const models = `enum Region {
  EU
  US

  @@map("regions")
}

model Listing {
  tenantId String  @map("tenant_id") @db.Uuid
  region   Region
  number   BigInt  @map("no")
  headline String  @map("head line")
  /// @vectorizer(dimensions: 256, model: "local/hash", template: "$headline: $chunk")
  body     String  @map("body_text")
  /// @vectorizer(name: summaries, dimensions: 64, model: "local/hash", chunking: none, distance: l2)
  summary  String? @db.VarChar(200)

  @@id([tenantId, region, number])
  @@map("All Listings")
}
`

const setUp = `import { PrismaPg } from '@prisma/adapter-pg'
import { resolveEmbedder } from '@prisma-vectorizer/embedders'
import { createWorker } from '@prisma-vectorizer/worker'
import { PrismaClient } from './generated/prisma/client.ts'
import { vectorizer } from './generated/vectorizer/index.ts'

const url = process.env['DATABASE_URL'] as string
export const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) }).$extends(vectorizer({ embedder: resolveEmbedder }))
export async function embed() {
  const worker = createWorker({ database: url })
  const { embedded, removed, failed, chunks } = await worker.drain()
  await worker.stop()
  return { embedded, removed, failed, chunks }
}
export const tenant = '0190c2b6-7d5e-7000-8000-0000000000aa'
/** Largest BIGINT: no number of JavaScript holds it. */
export const largest = 9223372036854775807n
export const print = (value: unknown) => console.log(JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? String(item) : item)))
`

const write = `import { db, embed, largest, print, tenant } from './set-up.ts'
await db.listing.createMany({
  data: [
    { tenantId: tenant, region: 'EU', number: largest, headline: 'Boat', body: 'A wooden sailing boat in the harbour.', summary: 'sailing boat' },
    { tenantId: tenant, region: 'EU', number: 2n, headline: 'House', body: 'A stone house with a garden.' },
    { tenantId: tenant, region: 'US', number: 2n, headline: 'Bike', body: 'A red bicycle with gears.', summary: 'red bicycle' },
  ],
})
print(await embed())
print(await db.listing.findSimilar('sailing boat in a harbour', { vectorizer: 'bodyEmbeddings', take: 1, select: { headline: true, number: true } }))
print(await db.listing.findSimilar('bicycle', { vectorizer: 'summaries', where: { region: 'US' }, include: { summaries: true } }))
print(await db.listing.findSimilar('house', { vectorizer: 'summaries' }))
await db.$disconnect()
`

const change = `import { db, embed, largest, print, tenant } from './set-up.ts'
await db.listing.update({ where: { tenantId_region_number: { tenantId: tenant, region: 'EU', number: largest } }, data: { number: 7n, headline: 'Ship' } })
await db.listing.delete({ where: { tenantId_region_number: { tenantId: tenant, region: 'US', number: 2n } } })
print(await embed())
print(await db.listing.findSimilar('boat', { vectorizer: 'bodyEmbeddings', select: { headline: true, number: true } }))
print(await db.listingSummaries.findSimilar('boat', { select: { chunk: true, number: true, parent: { select: { headline: true } } } }))
await db.$disconnect()
`

describe('a model with a composite key of uuid, enum and bigint, mapped names, and two vectorizers', () => {
  let database: TestDatabase
  let project: Project
  const lines = (output: string) =>
    output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  const run = async (script: string) => lines((await project.node(['node_modules/tsx/dist/cli.mjs', script])).stdout)

  beforeAll(async () => {
    database = await createDatabase()
    project = await createWrappedApplication(models, database)
    await project.write('set-up.ts', setUp)
    await project.write('write.ts', write)
    await project.write('change.ts', change)
    await project.prisma('migrate dev --name init')
    await project.prisma('generate')
    await project.prisma('migrate dev')
  })
  afterAll(async () => {
    await project?.close()
    await database?.close()
  })

  it('finds what was written, by either vectorizer', async () => {
    const [embedded, boats, bicycles, summaries] = await run('write.ts')
    expect(embedded).toEqual({ embedded: 6, removed: 0, failed: 0, chunks: 5 })
    expect(boats).toEqual([
      {
        headline: 'Boat',
        number: '9223372036854775807',
        _distance: expect.any(Number),
        _score: expect.any(Number),
        _chunk: {
          chunk: 'Boat: A wooden sailing boat in the harbour.',
          chunkSeq: 0,
          embeddingUuid: expect.any(String),
        },
      },
    ])
    expect(bicycles).toHaveLength(1)
    expect(bicycles[0]).toMatchObject({
      headline: 'Bike',
      region: 'US',
      summaries: [{ chunk: 'red bicycle', chunkSeq: 0 }],
    })
    // The house has no summary, so nothing of it is embedded there.
    expect(summaries.map(({ headline }: { headline: string }) => headline).toSorted()).toEqual(['Bike', 'Boat'])
  })

  it('follows a changed key, a changed template field and a deleted row', async () => {
    const [embedded, boats, chunks] = await run('change.ts')
    expect(embedded).toMatchObject({ removed: 0, failed: 0 })
    expect(boats.map(({ headline, number }: { headline: string; number: string }) => [headline, number])).toEqual([
      ['Ship', '7'],
      ['House', '2'],
    ])
    expect(boats[0]._chunk.chunk).toBe('Ship: A wooden sailing boat in the harbour.')
    expect(chunks).toEqual([
      {
        chunk: 'sailing boat',
        number: '7',
        parent: { headline: 'Ship' },
        _distance: expect.any(Number),
        _score: expect.any(Number),
      },
    ])
  })

  it('is in sync for Prisma Migrate', async () => {
    expect((await project.prisma('migrate dev')).stdout).toContain('Already in sync')
    await project.prisma('migrate diff --from-migrations prisma/migrations --to-schema prisma/schema --exit-code')
  })
})
