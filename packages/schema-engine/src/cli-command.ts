// The sub commands the CLI runs in a process of their own, to find or make a database before it asks for anything else.
import type { CliCommand, Datasource } from './arguments.ts'
import { openAdapter } from './connection.ts'
import { parseConnectionUrl } from './connection-url.ts'
import { createDatabase, dropDatabase } from './maintenance.ts'

/** Returns the line to log on success. */
export async function runCliCommand(command: CliCommand, { url }: Datasource): Promise<string> {
  switch (command) {
    case 'can-connect-to-database': {
      const adapter = await openAdapter(url, () => {})
      await adapter.dispose()
      return 'Connection successful'
    }
    case 'create-database':
      return `Created the database ${await createDatabase(url)}`
    case 'drop-database': {
      const { database } = parseConnectionUrl(url).address
      await dropDatabase(url)
      return `Dropped the database ${database}`
    }
  }
}
