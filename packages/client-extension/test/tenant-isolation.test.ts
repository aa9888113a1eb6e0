// What an extension hides from findMany no method of ours reads, counts, changes or names: each call has the outcome that it
// has in a database where the hidden rows do not exist.
import type { Embedder } from '@prisma-vectorizer/spec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import { manifest as fixtureManifest } from './fixture/manifest.ts'
import { adapters, type Fixture, fixtureSql, openFixture } from './support/clients.ts'
import { type Model, type TenantCall, tenantCalls } from './support/tenant-calls.ts'
import { tenant, tenantExtensions } from './support/tenant-extensions.ts'
import { tenantRows } from './support/tenant-rows.ts'

const east = [1, 0, 0]
const compass: Embedder = {
  name: 'test/compass',
  embed: async (texts) => ({ vectors: texts.map(() => east), tokens: undefined }),
}

const [posts, ...others] = fixtureManifest.vectorizers
const manifest = { ...fixtureManifest, vectorizers: [{ ...posts, textSearch: 'english' }, ...others] } as const
const extension = createVectorizer(manifest)({ embedder: async () => compass, warn: () => {} })
const models = ['blogPost', 'blogPostContentEmbeddings', 'note', 'sample'] as const

type Delegates = Readonly<Record<Model, Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>>>
interface Database extends Delegates {
  $transaction<T>(work: (tx: Delegates & Pick<Fixture['prisma'], '$queryRaw'>) => Promise<T>): Promise<T>
  $transaction(calls: readonly unknown[]): Promise<unknown[]>
}

/** What a call came to, and what is stored of the own tenant and of the other after it. */
interface Outcome {
  readonly value?: unknown
  readonly error?: string
  readonly own?: readonly string[]
  readonly others?: readonly string[]
}

const clientOf = (client: object) => client as unknown as Database
const call = (db: Delegates, { model, method, args }: TenantCall) => db[model][method]?.(...args) as Promise<unknown>
const isWrite = ({ method }: TenantCall) => /^(upsert|update|delete|create)/.test(method)
const titleOf = ({ method, name }: TenantCall) => `${method}: ${name}`

/** Sums of one set of numbers differ by the order they were added up in. */
const rounded = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value ?? null, (_, each) => {
      if (typeof each === 'bigint') return String(each)
      return typeof each === 'number' ? Number(each.toPrecision(5)) : each
    }),
  )

/** A place among all rows, hidden ones included, makes up the score of a hybrid search whose rows are filtered after it. */
const withoutScore = (outcome: Outcome): Outcome =>
  JSON.parse(JSON.stringify(outcome, (name, value) => (name === '_score' ? undefined : value)))

async function storedIn(client: Pick<Fixture['prisma'], '$queryRaw'>) {
  const [row] = await client.$queryRaw<[{ own: string[]; others: string[] }]>`
    SELECT stored(1, 99) AS own, stored(100, 999) AS others`
  return row
}

async function settled(result: Promise<unknown>): Promise<Outcome> {
  return result.then(
    (value) => ({ value: rounded(value) }),
    (error: Error) => ({ error: error.message }),
  )
}

const runs = {
  // As a statement of its own; what it wrote is put back.
  async pglite(db: Database, { prisma }: Fixture, each: TenantCall): Promise<Outcome> {
    const outcome = await tenant.run(1, () => settled(call(db, each)))
    if (!isWrite(each)) return outcome
    const stored = await storedIn(prisma)
    if (outcome.error === undefined) await prisma.$queryRaw`SELECT put_back()::text`
    return { ...outcome, ...stored }
  },
  // In a transaction that is rolled back.
  async pg(db: Database, _: Fixture, each: TenantCall): Promise<Outcome> {
    let outcome: Outcome = {}
    const rollback = new Error('rolled back')
    const transaction = db.$transaction(async (tx) => {
      outcome = await tenant.run(1, () => settled(call(tx, each)))
      if (isWrite(each)) outcome = { ...outcome, ...(await storedIn(tx)) }
      throw rollback
    })
    await transaction.catch((error: unknown) => expect(error).toBe(rollback))
    return outcome
  },
}

describe.each(adapters)('tenants over %s', (adapter) => {
  let both: Fixture
  let own: Fixture
  let otherRows: readonly string[]
  const outcomes = new Map<TenantCall, Outcome>()

  beforeAll(async () => {
    const tables = await fixtureSql('tables')
    own = await openFixture(adapter, `${tables}\n${tenantRows(false)}`)
    const db = clientOf(own.prisma.$extends(extension))
    for (const each of tenantCalls) outcomes.set(each, await runs[adapter](db, own, each))
    both = await openFixture(adapter, `${tables}\n${tenantRows(true)}`)
    otherRows = (await storedIn(both.prisma)).others
  })
  afterAll(async () => {
    await both?.close()
    await own?.close()
  })

  it('has a call of every method', () => {
    const db = clientOf(own.prisma.$extends(extension))
    const plain = clientOf(own.prisma)
    const listed = new Set(tenantCalls.map(({ model, method }) => `${model}.${method}`))
    const methods = models.flatMap((model) => {
      const prismas = new Set(Object.keys(plain[model]))
      return Object.keys(db[model])
        .filter((name) => !prismas.has(name))
        .map((name) => `${model}.${name}`)
    })
    expect(methods.length).toBeGreaterThan(30)
    expect(methods.filter((name) => !listed.has(name))).toEqual([])
  })

  const kinds =
    adapter === 'pglite' ? Object.keys(tenantExtensions) : ['adds to `where` of $allModels', 'filters the result']
  const orders = kinds.flatMap((kind) => [
    { kind, order: 'before' },
    { kind, order: 'after' },
  ])
  describe.each(orders)('an extension applied $order ours that $kind', ({ kind, order }) => {
    function open(): Database {
      const tenants = tenantExtensions[kind] as never
      const { prisma } = both
      if (order === 'before') return clientOf(prisma.$extends(tenants).$extends(extension))
      return clientOf(prisma.$extends(extension).$extends(tenants))
    }

    it.each(models)('holds for every method of %s', async (model) => {
      const db = open()
      // Putting back what was written takes longest, so not for every kind. An async method in the place of findMany has
      // no part in a transaction of ours: over one connection each would wait for the other.
      const alone = kind === 'adds to `where`' || kind === 'filters the result'
      const filtersAfter = kind.includes('filters') || (kind.startsWith('replaces') && order === 'before')
      const found: Record<string, Outcome> = {}
      const expected: Record<string, Outcome> = {}
      for (const each of tenantCalls.filter((one) => one.model === model)) {
        const compared = filtersAfter && each.name === 'hybrid' ? withoutScore : (outcome: Outcome) => outcome
        const run = isWrite(each) && !alone ? runs.pg : runs[adapter]
        const others = isWrite(each) ? { others: otherRows } : {}
        found[titleOf(each)] = compared(await run(db, both, each))
        expected[titleOf(each)] = compared({ ...outcomes.get(each), ...others })
      }
      expect(found).toEqual(expected)
    })

    it('holds in $transaction([…])', async () => {
      const db = open()
      const searches = tenantCalls.filter(({ method, name }) => method.startsWith('findSimilar') && name === 'plain')
      expect(searches).toHaveLength(8)
      for (const each of searches) {
        const outcome = await tenant.run(1, () => settled(db.$transaction([call(db, each)])))
        // Rows that another extension has to see take a second statement.
        if (outcome.error !== undefined) expect(outcome.error).toContain('returns scalar fields only')
        else expect([titleOf(each), outcome]).toEqual([titleOf(each), { value: [outcomes.get(each)?.value] }])
      }
    })

    it('holds after another tenant’s search', async () => {
      const db = open()
      const search = async () => rounded(await db.blogPost['findSimilar']?.(east, { take: 10 }))
      for (let times = 0; times < 3; times++) await tenant.run(2, search)
      const alone = tenantCalls.find(({ model, name }) => model === 'blogPost' && name === 'plain') as TenantCall
      expect(await tenant.run(1, search)).toEqual(outcomes.get(alone)?.value)
    })

    it('holds for two tenants at a time', async () => {
      const db = open()
      const texts = (id: number) =>
        tenant.run(id, async () => JSON.stringify(rounded(await db.note['findSimilar']?.(east, { take: 5 }))))
      const found = await Promise.all([texts(1), texts(2), texts(1), texts(2)])
      expect(found.map((text) => [/own/.test(text), /secret/.test(text)])).toEqual([
        [true, false],
        [false, true],
        [true, false],
        [false, true],
      ])
    })
  })
})
