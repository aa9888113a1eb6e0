// `npm run test:pg`: every suite on a real PostgreSQL, plus the tests that need one. On DATABASE_URL if set, else on a
// throwaway cluster. Arguments are handed to Vitest.
import { spawn } from 'node:child_process'
import { findPostgres, startCluster } from './postgres-cluster.mjs'
import { root } from './process.mjs'

let tests

function runTests(url) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, VECTORIZER_TEST_POSTGRES: url }
    const args = ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)]
    tests = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' })
    tests.on('error', reject)
    tests.on('close', (code) => resolve(code ?? 1))
  })
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    // Ends as the tests do, so that they have let go of the cluster before it is stopped.
    if (tests) tests.kill(signal)
    else process.exit(1)
  })
}

try {
  process.exitCode = await runTests(process.env.DATABASE_URL || (await startCluster(findPostgres())))
} catch (error) {
  console.error(`${error.message}
These tests need PostgreSQL with pgvector 0.7 or newer. Install both (on Debian 12 .ci/install-postgres does), or set
DATABASE_URL to a server where they may create and drop databases.`)
  process.exitCode = 1
}
