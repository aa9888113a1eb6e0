// Specs → a module that compiles only if `findSimilar` and the store models have the types that the schema promises.
import { type AnySpec, delegateName, storeFields, type TableStore, type VectorizerSpec } from '@prisma-vectorizer/spec'

type StoredVectorizer = VectorizerSpec & { readonly store: TableStore }

/** `client`: where the module of the generated Prisma Client is. */
export function emitTypeTest(specs: readonly AnySpec[], client: string): string {
  const models = [...new Set(specs.map((spec) => spec.source.model))]
  const stored = specs.filter(
    (spec): spec is StoredVectorizer => spec.kind === 'vectorizer' && spec.store.kind === 'table',
  )
  const functions = [
    ...models.map((model) =>
      sourceTest(
        model,
        specs.filter((spec) => spec.source.model === model),
      ),
    ),
    ...stored.map(storeTest),
  ]
  return `// Derived by \`npm run golden\`: what the compiler must say of this schema's searches. types.test.ts asks it.
${stored.length > 0 ? "import type { SimilarChunk } from '@prisma-vectorizer/client'\n" : ''}import type { PrismaClient } from '${client}'
import { vectorizer } from './index.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Has<Row, Name> = Name extends keyof Row ? true : false
const holds = <Claim extends true>(claim?: Claim) => claim
const extend = (client: PrismaClient) => client.$extends(vectorizer())

${functions.join('\n\n')}
`
}

function sourceTest(model: string, specs: readonly AnySpec[]): string {
  const delegate = `db.${delegateName(model)}`
  // A list of vectors is not searched.
  const searched = specs.filter((spec) => spec.kind === 'vectorizer' || !spec.list)
  const several = searched.length > 1
  const [key] = specs[0]?.source.key ?? []
  return asyncFunction(model, [
    `const found = await ${delegate}.findMany()`,
    ...searched.flatMap(({ accessor, store }) => {
      const name = JSON.stringify(accessor)
      const rows = `by_${accessor}`
      const row = `(typeof ${rows})[number]`
      return [
        `const ${rows} = await ${delegate}.findSimilar('text', { vectorizer: ${name}, take: 3 })`,
        ...similar(row),
        store.kind === 'table' ? same(`${row}['_chunk']`, 'SimilarChunk') : lacks(row, '_chunk'),
        same(`${row}['${key?.field}']`, `(typeof found)[number]['${key?.field}']`),
      ]
    }),
    ...(several
      ? expectError(`the model has ${specs.length}`, `await ${delegate}.findSimilar('text')`)
      : [`await ${delegate}.findSimilar([1, 2, 3])`]),
    ...expectError('no such name', `await ${delegate}.findSimilar('text', { vectorizer: 'noSuchName' })`),
    ...specs.flatMap((spec) =>
      spec.store.kind === 'table'
        ? included(delegate, spec.accessor)
        : vectorField(delegate, spec.store.field, spec.type),
    ),
  ])
}

function included(delegate: string, accessor: string): readonly string[] {
  const rows = `with_${accessor}`
  return [
    `const ${rows} = await ${delegate}.findMany({ include: { ${accessor}: true } })`,
    same(`(typeof ${rows})[number]['${accessor}'][number]['${storeFields.chunk}']`, 'string'),
  ]
}

function storeTest({ source, store, type, accessor }: StoredVectorizer): string {
  const delegate = `db.${delegateName(store.model)}`
  const row = '(typeof rows)[number]'
  return asyncFunction(store.model, [
    `const parents = await db.${delegateName(source.model)}.findMany()`,
    `const rows = await ${delegate}.findSimilar('text', { include: { ${store.parentField}: true } })`,
    ...similar(row),
    lacks(row, '_chunk'),
    same(`${row}['${storeFields.chunk}']`, 'string'),
    same(`${row}['${store.parentField}']`, '(typeof parents)[number]'),
    `await ${delegate}.findSimilar('text', { vectorizer: ${JSON.stringify(accessor)} })`,
    ...expectError('no such name', `await ${delegate}.findSimilar('text', { vectorizer: 'noSuchName' })`),
    ...vectorField(delegate, storeFields.embedding, type),
  ])
}

/** Prisma cannot read vectors; bits are a text to it. */
const vectorField = (delegate: string, field: string, type: AnySpec['type']): readonly string[] =>
  type === 'bit'
    ? [`await ${delegate}.findMany({ select: { ${field}: true } })`]
    : expectError('a vector cannot be read', `await ${delegate}.findMany({ select: { ${field}: true } })`)

const similar = (row: string): readonly string[] => [
  same(`${row}['_distance']`, 'number'),
  same(`${row}['_score']`, 'number'),
]
const same = (type: string, expected: string): string => `holds<Same<${type}, ${expected}>>()`
const lacks = (row: string, name: string): string => same(`Has<${row}, '${name}'>`, 'false')
const expectError = (reason: string, statement: string): readonly string[] => [
  `// @ts-expect-error: ${reason}`,
  statement,
]

const asyncFunction = (name: string, statements: readonly string[]): string =>
  [
    `export async function ${delegateName(name)}_(db: ReturnType<typeof extend>) {`,
    ...statements.map((statement) => `  ${statement}`),
    '}',
  ].join('\n')
