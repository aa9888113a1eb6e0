// Whether an index that is there is the one that the spec says.
import {
  type AnySpec,
  indexedExpression,
  indexParameters,
  operatorClass,
  quoteIdentifier,
  vectorColumn,
} from '@prisma-vectorizer/spec'

/** What PostgreSQL tells about an index. */
export interface IndexDefinition {
  readonly method: string
  readonly partial: boolean
  readonly expression: string
  readonly operatorClass: string
  readonly options: readonly string[]
}

/** How `index` is another than the spec's: `ivfflat, not hnsw`. Undefined where it is not. */
export function definitionDifference(spec: AnySpec, index: IndexDefinition): string | undefined {
  if (spec.index.kind === 'none') return undefined
  if (index.method !== spec.index.kind) return `${index.method}, not ${spec.index.kind}`
  if (!isOverVectors(spec, index))
    return index.partial ? 'over some rows only' : `over ${index.expression}, not over ${expressionOf(spec)}`
  if (index.operatorClass !== operatorClass(spec)) return `for ${index.operatorClass}, not ${operatorClass(spec)}`
  const differing = differingParameters(spec, index)
  return differing.length > 0 ? differing.join(', ') : undefined
}

export const expressionOf = (spec: AnySpec): string =>
  indexedExpression(spec, quoteIdentifier(vectorColumn(spec.store)))

/** Whether it is over the spec's expression, and over all rows. */
export const isOverVectors = (spec: AnySpec, { partial, expression }: IndexDefinition): boolean =>
  !partial && comparable(expression) === comparable(expressionOf(spec))

/** Without parentheses, quotes and the extension's schema, which PostgreSQL writes as it likes. */
const comparable = (expression: string): string =>
  expression
    .replace(/("[^"]+"|\w+)\.(?=binary_quantize\()/u, '')
    .replace(/::("[^"]+"|\w+)\./u, '::')
    .replace(/["()\s]/gu, '')
    .toLowerCase()

/** What PostgreSQL has where an index does not say. */
const defaults: Readonly<Record<string, string>> = { m: '16', ef_construction: '64', lists: '100' }

/** Such as `m = 8, not 16`, one for each. */
export function differingParameters(spec: AnySpec, index: Pick<IndexDefinition, 'options'>): readonly string[] {
  const options = new Map(index.options.map((option) => option.split('=', 2) as [string, string]))
  return Object.entries(indexParameters(spec.index)).flatMap(([name, value]) => {
    const actual = options.get(name) ?? defaults[name] ?? 'its default'
    return value === null || actual === String(value) ? [] : [`${name} = ${actual}, not ${value}`]
  })
}
