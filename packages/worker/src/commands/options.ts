// The options that several commands have: which database, and which config.
import type { Command } from 'commander'
import { option } from '../arguments.ts'

export function withDatabaseOption(command: Command): Command {
  return command.option(
    '--database-url <url>',
    'database to work on (default: DATABASE_URL, also from .env, then prisma.config.ts)',
  )
}

export function withConfigOption(command: Command): Command {
  return command.addOption(option('--config <file>', 'config file (default: vectorizer.config.ts, .mts, .js or .mjs)'))
}
