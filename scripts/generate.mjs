// The Prisma clients that sources and tests import but git does not keep: the reference application's, and that of the
// client extension's tests. For whoever type-checks or benchmarks a fresh clone.
import { delimiter, join } from 'node:path'
import { root, runNode } from './process.mjs'

runNode('node_modules/prisma/build/index.js', ['generate'], {
  // Generating asks no engine anything, but without the variable the CLI would try to download one.
  PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? process.execPath,
  CHECKPOINT_DISABLE: '1',
  // Where npx would find the generator's command.
  PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
})
runNode('scripts/run.mjs', ['packages/client-extension/test/support/generate-client.ts'])
