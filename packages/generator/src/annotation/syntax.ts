// The syntax tree of an annotation. Offsets count from the annotation's `@`, and lead back to file, line and column.

export interface ArgumentNode {
  readonly name: string
  readonly offset: number
  readonly value: ValueNode
}

export type ValueNode =
  | { readonly kind: 'string'; readonly value: string; readonly offset: number }
  | { readonly kind: 'number'; readonly value: number; readonly offset: number }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly offset: number }
  | { readonly kind: 'word'; readonly value: string; readonly offset: number }
  | { readonly kind: 'list'; readonly items: readonly ValueNode[]; readonly offset: number }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly ArgumentNode[]; readonly offset: number }
