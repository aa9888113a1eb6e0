// The syntax tree of an annotation. Offsets count from the annotation's `@`, and lead back to file, line and column.
import type { FilterOperator } from '@prisma-vectorizer/spec'

export interface ArgumentNode {
  /** Empty for an argument that is written without a name: `column(embedding)`, `custom("legal")`. */
  readonly name: string
  readonly offset: number
  readonly value: ValueNode
}

export type ScalarNode =
  | { readonly kind: 'string'; readonly value: string; readonly offset: number }
  | { readonly kind: 'number'; readonly value: number; readonly offset: number }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly offset: number }
  /** A name: an enum's value, a keyword, `null`. */
  | { readonly kind: 'word'; readonly value: string; readonly offset: number }

export type ValueNode =
  | ScalarNode
  | { readonly kind: 'list'; readonly items: readonly ValueNode[]; readonly offset: number }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly ArgumentNode[]; readonly offset: number }
  /** Of `where:` only. */
  | { readonly kind: 'filter'; readonly filter: FilterNode; readonly offset: number }

export type FilterNode =
  | { readonly kind: 'and' | 'or'; readonly filters: readonly FilterNode[]; readonly offset: number }
  | { readonly kind: 'not'; readonly filter: FilterNode; readonly offset: number }
  | {
      readonly kind: 'compare'
      readonly field: string
      readonly operator: FilterOperator
      readonly value: ScalarNode
      readonly offset: number
    }
  | { readonly kind: 'in'; readonly field: string; readonly values: readonly ValueNode[]; readonly offset: number }
