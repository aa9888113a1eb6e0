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

const compass: Embedder = {
  name: 'test/compass',
  embed: async (texts) => ({ vectors: texts.map(() => [1, 0, 0]), tokens: undefined }),
}

const [posts, ...others] = fixtureManifest.vectorizers
const manifest = { ...fixtureManifest, vectorizers: [{ ...posts, textSearch: 'english' }, ...others] } as const
const extension = createVectorizer(manifest)({ embedder: async () => compass, warn: () => {} })

type Delegates = Readonly<Record<Model, Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>>>
interface Database extends Delegates {
  $transaction<T>(work: (tx: Delegates) => Promise<T>): Promise<T>
  $transaction(calls: readonly unknown[]): Promise<unknown[]>
}

/** What a call came to: its value or its error, and what is stored of the own tenant after it. */
interface Outcome {
  readonly value?: unknown
  readonly error?: string
  readonly stored: string
}

const call = (db: Delegates, { model, method, args }: TenantCall) => db[model][method]?.(...args) as Promise<unknown>
const clientOf = (client: object) => client as unknown as Database
const isSearch = ({ method }: TenantCall) => method.startsWith('findSimilar')
const isWrite = ({ method }: TenantCall) => /^(upsert|update|delete|create)/.test(method)
const titleOf = ({ model, method, name }: TenantCall) => `${model}.${method}: ${name}`

/** Sums are added up in any order; uuids of new chunks are random, and no call returns those. */
const rounded = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value ?? null, (_, each) => (typeof each === 'number' ? Number(each.toPrecision(5)) : each)),
  )

describe.each(adapters)('tenants over %s', (adapter) => {
  let both: Fixture
  let own: Fixture
  beforeAll(async () => {
    const tables = await fixtureSql('tables')
    both = await openFixture(adapter, `${tables}\n${tenantRows(true)}`)
    own = await openFixture(adapter, `${tables}\n${tenantRows(false)}`)
  })
  afterAll(async () => {
    await both?.close()
    await own?.close()
  })

  async function stored({ prisma }: Fixture, least: number, most: number): Promise<string> {
    const [row] = await prisma.$queryRaw<[{ lines: string }]>`SELECT stored(${least}::int, ${most}::int) AS lines`
    return row.lines
  }

  async function outcomeOf(fixture: Fixture, each: TenantCall, run: () => Promise<unknown>): Promise<Outcome> {
    const result = await tenant.run(1, async () =>
      run().then(
        (value) => ({ value: rounded(value) }),
        (error: Error) => ({ error: error.message }),
      ),
    )
    if (!isWrite(each)) return { ...result, stored: '' }
    const outcome = { ...result, stored: await stored(fixture, 1, 99) }
    await fixture.prisma.$executeRaw`SELECT put_back()`
    return outcome
  }

  const expected = new Map<TenantCall, Promise<Outcome>>()
  function outcomeAlone(each: TenantCall): Promise<Outcome> {
    const known = expected.get(each) ?? outcomeOf(own, each, () => call(clientOf(own.prisma.$extends(extension)), each))
    expected.set(each, known)
    return known
  }

  it('has a call of every method', () => {
    const db = clientOf(own.prisma.$extends(extension))
    const plain = clientOf(own.prisma)
    const listed = new Set(tenantCalls.map(({ model, method }) => `${model}.${method}`))
    const methods = (['blogPost', 'blogPostContentEmbeddings', 'note', 'sample'] as const).flatMap((model) => {
      const prismas = new Set(Object.keys(plain[model]))
      return Object.keys(db[model]).filter((name) => !prismas.has(name)).map((name) => `${model}.${name}`)
    })
    expect(methods.length).toBeGreaterThan(30)
    expect(methods.filter((name) => !listed.has(name))).toEqual([])
  })

  const orders = Object.keys(tenantExtensions).flatMap((kind) => [
    { kind, order: 'before' },
    { kind, order: 'after' },
  ])
  describe.each(orders)('an extension applied $order ours that $kind', ({ kind, order }) => {
    const open = () => {
      const tenants = tenantExtensions[kind] as never
      const { prisma } = both
      return clientOf(
        order === 'before' ? prisma.$extends(tenants).$extends(extension) : prisma.$extends(extension).$extends(tenants),
      )
    }

    async function expectAsAlone(each: TenantCall, run: (db: Database) => Promise<unknown>) {
      const others = isWrite(each) ? await stored(both, 100, 999) : ''
      const outcome = outcomeOf(both, each, () => run(open()))
      expect(await outcome).toEqual(await outcomeAlone(each))
      if (isWrite(each)) expect(await stored(both, 100, 999)).toBe(others)
    }

    it.each(tenantCalls.map((each) => [titleOf(each), each] as const))('%s', async (_, each) => {
      await expectAsAlone(each, (db) => call(db, each))
      await expectAsAlone(each, (db) => db.$transaction((tx) => call(tx, each)))
    })
  })
})
