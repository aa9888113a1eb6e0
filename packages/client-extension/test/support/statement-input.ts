// Inputs of the search statement with everything that a plain search leaves out.
import type { AnySpec } from '@prisma-vectorizer/spec'
import type { SearchInput } from '../../src/find-similar/search.ts'
import { searchStatement, type VectorStatementInput } from '../../src/statement/statement.ts'
import type { CompiledWhere } from '../../src/where/compile-where.ts'

type Given = Partial<Omit<VectorStatementInput, 'filter' | 'spec'>> & {
  readonly spec: AnySpec
  /** On the rows. */
  readonly filter?: CompiledWhere | undefined
}

export function statementInput({ spec, filter, ...others }: Given): VectorStatementInput & SearchInput {
  return {
    spec,
    results: 'parents',
    schema: 'public',
    query: { form: 'vector', value: '[1,0,0]' },
    distance: spec.distance,
    filter: filter && { compiled: filter, on: 'row' },
    take: 2,
    skip: 0,
    read: 100,
    complete: false,
    paged: false,
    once: false,
    maxDistance: undefined,
    tuning: undefined,
    chunks: undefined,
    embedding: undefined,
    row: undefined,
    ...others,
  }
}

export const statementOf = (given: Given) => searchStatement(statementInput(given))
