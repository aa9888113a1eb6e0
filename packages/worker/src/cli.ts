// What bin/prisma-vectorizer.js runs.
import { runProgram } from './program.ts'

await runProgram(process.argv.slice(2), {
  folder: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  setExitCode: (code) => {
    process.exitCode = code
  },
})

// A provider call that does not heed its signal must not keep a stopped worker alive. Unreferenced, the timer itself
// does not either.
setTimeout(() => process.exit(), 500).unref()
