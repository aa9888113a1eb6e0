// Which environment the Prisma CLI needs to run its migrations with the stand-in.
import { fileURLToPath } from 'node:url'
import { enginesFolder, holdsNativeEngine } from './native-engine.ts'

const variable = 'PRISMA_SCHEMA_ENGINE_BINARY'

/**
 * The environment entries to add when starting the Prisma CLI: `PRISMA_SCHEMA_ENGINE_BINARY`, the absolute path of the
 * stand-in, and `CHECKPOINT_DISABLE`, which keeps the CLI from looking for updates on the network.
 *
 * The real engine is used where present: the path is left out when the variable is set already, or when
 * `@prisma/engines` holds the downloaded binary.
 */
export function schemaEngineEnvironment(): Record<string, string> {
  const folder = enginesFolder()
  const present = Boolean(process.env[variable]) || (folder !== undefined && holdsNativeEngine(folder))
  const standIn = fileURLToPath(new URL('../bin/schema-engine.js', import.meta.url))
  return { CHECKPOINT_DISABLE: '1', ...(present ? {} : { [variable]: standIn }) }
}
