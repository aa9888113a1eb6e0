// A Prisma database URL → what `pg` understands.
import { quoteIdentifier, VectorizerError } from '@prisma-vectorizer/spec'
import type { PoolConfig } from 'pg'

/** Parameters of Prisma's that `pg` does not know. `pg` would ignore most, and warn of none. */
const prismaParameters = [
  'schema',
  'connection_limit',
  'pool_timeout',
  'connect_timeout',
  'socket_timeout',
  'pgbouncer',
  'statement_cache_size',
  'max_idle_connection_lifetime',
  'max_connection_lifetime',
  'single_use_connections',
  'sslaccept',
  'sslidentity',
  'sslpassword',
]

/**
 * `schema` becomes the search path, `connect_timeout` the time to wait for a connection, `sslaccept` what `pg` calls
 * `sslmode=no-verify`. The connection limit is the worker's own. Throws VZ501, never showing the URL: it holds a
 * password.
 */
export function connectionConfig(url: string): PoolConfig {
  const parsed = parse(url)
  const parameters = parsed.searchParams
  const schema = parameters.get('schema')
  const timeout = Number(parameters.get('connect_timeout') ?? Number.NaN)
  if (parameters.get('sslaccept') === 'accept_invalid_certs' && parameters.get('sslmode') !== 'disable') {
    parameters.set('sslmode', 'no-verify')
  }
  for (const name of prismaParameters) parameters.delete(name)
  if (schema) {
    const searchPath = `-c search_path=${quoteIdentifier(schema).replace(/[\\ ]/g, '\\$&')}`
    parameters.set('options', [parameters.get('options'), searchPath].filter(Boolean).join(' '))
  }
  return {
    connectionString: parsed.href,
    application_name: 'prisma-vectorizer',
    ...(timeout > 0 ? { connectionTimeoutMillis: timeout * 1_000 } : {}),
  }
}

/**
 * Whether statements are to be prepared once per connection: with `statement_cache_size`, Prisma's parameter, above 0. Not
 * by default: a pooler in transaction mode may not know them (PgBouncer does from 1.21 on).
 */
export function preparesStatements(url: string): boolean {
  const parameters = parse(url).searchParams
  return Number(parameters.get('statement_cache_size') ?? 0) > 0 && parameters.get('pgbouncer') !== 'true'
}

function parse(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed && ['postgres:', 'postgresql:'].includes(parsed.protocol)) return parsed
  throw new VectorizerError('VZ501', {
    fact: parsed
      ? `The database URL begins with \`${parsed.protocol}//\`, not \`postgresql://\`.`
      : 'The database URL is not a URL.',
    why: parsed?.protocol.startsWith('prisma') ? 'The worker speaks to PostgreSQL itself.' : undefined,
    fix: 'Give the direct connection string: `postgresql://user:password@host:5432/database`.',
  })
}

export function noDatabaseUrl(why?: string): VectorizerError {
  return new VectorizerError('VZ501', {
    fact: 'No database URL was given.',
    why,
    fix: 'Set DATABASE_URL, e.g. `DATABASE_URL=postgresql://user:password@host:5432/database prisma-vectorizer worker`.',
  })
}
