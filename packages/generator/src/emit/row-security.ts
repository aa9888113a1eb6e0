// Row-level security: chunks are as visible as their rows, and the worker sees all of them.
import { quoteIdentifier, quoteLiteral, type VectorizerSpec } from '@prisma-vectorizer/spec'
import { renderSql } from '../sql/render.ts'
import { dollarTag, sqlNames } from './sql-names.ts'

/** For a source that has row-level security. */
export const rowSecurity = (spec: VectorizerSpec): readonly string[] => [
  // Vectors in the source's own table have its policies.
  ...(spec.store.kind === 'table' ? [renderSql('row-security', sqlNames(spec))] : []),
  ...workerPolicies(spec),
]

function workerPolicies(spec: VectorizerSpec): readonly string[] {
  const role = spec.roles.worker
  if (role === null) return []
  const { source, store, workerPolicy } = sqlNames(spec)
  const statements = [...new Set([source, store])].flatMap((table) => [
    `    DROP POLICY IF EXISTS ${workerPolicy} ON ${table};`,
    `    CREATE POLICY ${workerPolicy} ON ${table} TO ${quoteIdentifier(role)} USING (true);`,
  ])
  return [
    renderSql('worker-policy', {
      roleLiteral: quoteLiteral(role),
      statements: statements.join('\n'),
      tag: dollarTag('policies', spec),
    }),
  ]
}

/** The store takes its own policies along. */
export const dropWorkerPolicy = (spec: VectorizerSpec): readonly string[] =>
  spec.roles.worker === null ? [] : [renderSql('drop-worker-policy', { ...sqlNames(spec) })]
