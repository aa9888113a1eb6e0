// Why a vectorizer is set aside: its tables, its text or the worker's rights do not fit. Its queue keeps every row.
import { quoteIdentifier, quoteTable, specVersion, VectorizerError, type VectorizerSpec } from '@prisma-vectorizer/spec'
import { sqlState } from './pipeline/failure.ts'
import { labelOf, type TableName } from './vectorizer.ts'

/** VZ504 for a vectorizer whose tables have moved on, or that the worker's role has no right to. */
export function misfit(spec: VectorizerSpec, fact: string, cause?: unknown): VectorizerError {
  const advice =
    sqlState(cause) === '42501'
      ? {
          why: 'The role that the worker connects as lacks a right.',
          fix: 'Run `prisma-vectorizer doctor --worker-role …` with the name of that role, as the owner of the tables: it prints the GRANT. Or let the worker connect as the owner.',
        }
      : {
          why: 'A migration has changed the tables since the vectorizer was made.',
          fix: 'Run `prisma generate`, then apply the migration it writes.',
        }
  return new VectorizerError('VZ504', { fact: `${labelOf(spec)}: ${fact}.`, ...advice, cause })
}

export function unknownVersion(name: string, version: unknown): VectorizerError {
  return new VectorizerError('VZ505', {
    fact: `${name} has a spec of version ${String(version)}; this worker knows version ${specVersion}.`,
    fix: 'Update @prisma-vectorizer/worker to the version of your generator.',
  })
}

/** VZ511. */
export function rowsHidden(spec: VectorizerSpec, role: string, table: TableName): VectorizerError {
  const name = quoteTable(table)
  return new VectorizerError('VZ511', {
    fact: `${labelOf(spec)}: the role \`${role}\` sees ${name} through row-level security.`,
    why: 'A row that is hidden looks deleted: its embeddings would be removed.',
    fix: `Let the worker connect as the owner of the table or a role with BYPASSRLS, or let it see every row: \`CREATE POLICY vectorizer_worker ON ${name} TO ${quoteIdentifier(role)} USING (true)\`.`,
  })
}

/** VZ507 for a role that may not read the registry. */
export function registryForbidden(role: string): VectorizerError {
  const name = quoteIdentifier(role)
  return new VectorizerError('VZ507', {
    fact: `The role \`${role}\` may not read the registry of vectorizers.`,
    why: 'It lacks USAGE on the schema `vectorizer`, or SELECT on the table `vectorizer.vectorizer`.',
    fix: `Connect as the role that migrates, or grant both: \`GRANT USAGE ON SCHEMA vectorizer TO ${name}; GRANT SELECT ON vectorizer.vectorizer TO ${name}\`. What a worker needs besides stands in docs/permissions.md.`,
  })
}
