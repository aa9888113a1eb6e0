// What must never be said: passwords and keys, wherever an error message repeats them.
import { withoutSecrets } from '../errors/strip-texts.ts'
import type { Logger } from '../logger.ts'

export type Redact = (message: string) => string

/** Shorter ones stand in messages by chance, and protect nothing. */
const shortestSecret = 6

const secretVariable = /(_KEY|_TOKEN|_SECRET|PASSWORD|_KEY_ID|BEARER_TOKEN_BEDROCK)$/

/** Takes out of messages: what the environment holds as keys, the password of `database`, and what looks like either. */
export function createRedactor(database: unknown, environment: NodeJS.ProcessEnv = process.env): Redact {
  const held = Object.entries(environment).flatMap(([name, value]) =>
    secretVariable.test(name) && value ? [value] : [],
  )
  const secrets = [...new Set([...held, ...passwordOf(database)])]
    .filter((secret) => secret.length >= shortestSecret)
    // A secret may hold a shorter one.
    .sort((a, b) => b.length - a.length)
  return (message) => withoutSecrets(secrets.reduce((rest, secret) => rest.replaceAll(secret, '…'), message))
}

/** As it stands in the URL, and as it is. One that is also the user's name or the database's is no secret. */
function passwordOf(database: unknown): readonly string[] {
  if (typeof database !== 'string' || !URL.canParse(database)) return []
  const { username, password, pathname } = new URL(database)
  if (password === '' || password === username || pathname === `/${password}`) return []
  try {
    return [password, decodeURIComponent(password)]
  } catch {
    return [password]
  }
}

/** `logger`, told nothing secret. */
export function redactingLogger(logger: Logger, redact: Redact): Logger {
  const through =
    (level: keyof Logger): Logger[typeof level] =>
    (fields, message) =>
      logger[level](redactFields(fields, redact), redact(message))
  return { debug: through('debug'), info: through('info'), warn: through('warn'), error: through('error') }
}

const redactFields = (fields: Readonly<Record<string, unknown>>, redact: Redact) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? redact(value) : value]),
  )
