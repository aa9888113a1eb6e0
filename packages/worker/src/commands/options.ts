// The option every command has: which database.
import type { Command } from 'commander'

export function withDatabaseOption(command: Command): Command {
  return command.option(
    '--database-url <url>',
    'database to work on (default: DATABASE_URL, also from .env, then prisma.config.ts)',
  )
}
