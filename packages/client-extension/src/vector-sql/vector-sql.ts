// Distances and store tables for `$queryRaw`: what the typed methods cannot say, without spelling the index by hand.
import { type Distance, type Manifest, quoteTable, VectorizerError } from '@prisma-vectorizer/spec'
import { columnsByName, columnText, findColumn } from './columns.ts'
import { assertOneVector, distanceText } from './distance.ts'
import { columnOptions, distanceOptions, parseOptions } from './options.ts'
import type { PrismaSql, SqlVector, VectorSql } from './types.ts'
import { vectorText } from './vector-text.ts'

/** pgvector's clients call them so. */
const distancesByName = {
  cosineDistance: 'cosine',
  l2Distance: 'l2',
  maxInnerProduct: 'ip',
  l1Distance: 'l1',
  hammingDistance: 'hamming',
  jaccardDistance: 'jaccard',
} as const satisfies Record<string, Distance>

/**
 * The fragments for the vectors of `manifest`, as the generated module has them:
 *
 * ```ts
 * const { cosineDistance, storeTable } = vectorSql(Prisma)
 * await prisma.$queryRaw`
 *   SELECT chunk FROM ${storeTable('BlogPostContentEmbeddings')}
 *   ORDER BY ${cosineDistance('BlogPostContentEmbeddings', [3, 1, 2])} LIMIT 5`
 * ```
 *
 * Raw SQL sees every row that the connection may see: extensions that hide rows from `findMany` have no say in it. An
 * HNSW index answers with at most `hnsw.ef_search` rows, 40 by default: before a larger LIMIT, run
 * `SET LOCAL hnsw.ef_search = …` in the same transaction. `findSimilar` does both by itself.
 */
export function createVectorSql<const M extends Manifest>(
  manifest: M,
): <Sql extends object>(prisma: PrismaSql<Sql>) => VectorSql<M, Sql> {
  const columns = columnsByName(manifest)

  return <Sql extends object>(prisma: PrismaSql<Sql>) => {
    assertNamespace(prisma)

    const distance =
      (fragment: keyof typeof distancesByName) => (name: string, vector: SqlVector<Sql>, given?: unknown) => {
        const spec = findColumn(columns, name, fragment)
        const where = `${fragment}('${name}')`
        const options = parseOptions(given, distanceOptions, where)
        assertOneVector(spec, where)
        const measure = distancesByName[fragment]
        const { before, after } = distanceText(spec, measure, options, where)
        if (isFragment(prisma, vector)) return prisma.sql([`${before}(`, `)${after}`], vector)
        return prisma.sql([before, after], vectorText(vector, spec, measure, where))
      }
    const fragments: VectorSql<Manifest, Sql> = {
      cosineDistance: distance('cosineDistance'),
      l2Distance: distance('l2Distance'),
      maxInnerProduct: distance('maxInnerProduct'),
      l1Distance: distance('l1Distance'),
      hammingDistance: distance('hammingDistance'),
      jaccardDistance: distance('jaccardDistance'),
      storeTable: (name) => prisma.sql([quoteTable(findColumn(columns, name, 'storeTable').store)]),
      storeColumn(name, given) {
        const spec = findColumn(columns, name, 'storeColumn')
        const { alias } = parseOptions(given, columnOptions, `storeColumn('${name}')`)
        return prisma.sql([columnText(spec, alias)])
      },
    }
    return fragments as VectorSql<M, Sql>
  }
}

/** By the class of a fragment that the namespace has: prisma-client-js exports the class as a type only. */
const isFragment = <Sql extends object>(prisma: PrismaSql<Sql>, value: unknown): value is Sql =>
  value instanceof (prisma.empty.constructor as new () => Sql)

function assertNamespace(prisma: unknown): void {
  const { sql, empty } = (prisma ?? {}) as Partial<PrismaSql<object>>
  if (typeof sql === 'function' && typeof empty === 'object') return
  throw new VectorizerError('VZ306', {
    fact: 'vectorSql: what was passed has no `sql` and `empty`.',
    why: 'A fragment must be made by the client that sends it.',
    fix: "Pass `Prisma` of your generated client: import { Prisma } from './generated/client'.",
  })
}
