// A Prisma connection URL, taken apart into what `pg` understands and what only Prisma does.
import type { PoolConfig } from 'pg'
import { EngineError } from './errors.ts'

export interface DatabaseAddress {
  readonly host: string
  readonly port: string
  readonly user: string
  readonly database: string
}

export interface ConnectionTarget {
  readonly address: DatabaseAddress
  /** The `schema` parameter; undefined if the URL names none, which means `public`. */
  readonly schema: string | undefined
  readonly config: PoolConfig
}

// `pg` passes parameters it does not know on to the server, which refuses them.
const prismaParameters = [
  'schema',
  'connection_limit',
  'pool_timeout',
  'pgbouncer',
  'connect_timeout',
  'socket_timeout',
  'sslaccept',
  'statement_cache_size',
  'single_use_connections',
]

// Longer than the native engine's 5 s: an embedded database on a busy machine may take that long to wake.
const defaultTimeoutSeconds = 15

export function parseConnectionUrl(url: string | undefined): ConnectionTarget {
  const parsed = parsePostgresUrl(url)
  const parameters = parsed.searchParams
  const address = {
    host: parameters.get('host') ?? (parsed.hostname || 'localhost'),
    port: parsed.port || '5432',
    user: decodeURIComponent(parsed.username) || 'postgres',
    database: decodeURIComponent(parsed.pathname.slice(1)) || 'postgres',
  }
  const schema = parameters.get('schema') ?? undefined
  const timeoutSeconds = Number(parameters.get('connect_timeout') ?? defaultTimeoutSeconds)
  const ssl = sslOptions(parameters)

  for (const name of prismaParameters) parameters.delete(name)
  if (ssl !== undefined) parameters.delete('sslmode')
  return {
    address,
    schema,
    config: {
      connectionString: parsed.href,
      connectionTimeoutMillis: timeoutSeconds * 1000,
      ...(ssl === undefined ? {} : { ssl }),
    },
  }
}

/** The same server and parameters, another database. */
export function withDatabase(url: string | undefined, database: string): string {
  const parsed = parsePostgresUrl(url)
  parsed.pathname = `/${encodeURIComponent(database)}`
  return parsed.href
}

function parsePostgresUrl(url: string | undefined): URL {
  if (!url) throw new EngineError('The datasource has no `url`: set it in prisma.config.ts.')
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed && ['postgres:', 'postgresql:'].includes(parsed.protocol)) return parsed
  throw new EngineError('The datasource `url` must start with `postgresql://` or `postgres://`.', { code: 'P1012' })
}

/**
 * Prisma checks a certificate only with `sslaccept=strict`, where `pg` always would. Undefined leaves the choice to
 * `pg`: `verify-ca` and `verify-full` mean the same to both.
 */
function sslOptions(parameters: URLSearchParams): PoolConfig['ssl'] {
  switch (parameters.get('sslmode')) {
    case 'disable':
    case 'prefer':
      return false
    case 'require':
      return { rejectUnauthorized: parameters.get('sslaccept') === 'strict' }
    default:
      return undefined
  }
}
