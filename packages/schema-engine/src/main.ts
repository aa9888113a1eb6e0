// The process that the Prisma CLI starts in place of its native schema engine.
import { type Arguments, parseArguments } from './arguments.ts'
import { runCliCommand } from './cli-command.ts'
import { createEngine } from './engine.ts'
import { asDriverError, EngineError } from './errors.ts'
import { log } from './log.ts'
import { serve } from './rpc.ts'
import { engineHash } from './wasm.ts'

async function run({ command, datamodels, datasource }: Arguments): Promise<void> {
  switch (command) {
    case 'version':
      console.log(`schema-engine-cli ${engineHash()}`)
      return
    case 'rpc':
      serve(createEngine({ datamodels, datasource }))
      return
    default:
      // The CLI drops the first line of standard error before it reads the others.
      log('INFO', { message: `Starting ${command}` })
      log('INFO', { message: await runCliCommand(command, datasource) })
  }
}

try {
  await run(parseArguments(process.argv.slice(2)))
} catch (error) {
  const { message } = asDriverError(error)
  log('ERROR', { is_panic: false, message, error_code: error instanceof EngineError ? error.code : undefined })
  process.exitCode = 1
}
