// One command line of `prisma-vectorizer` in this process.
import { tmpdir } from 'node:os'
import { runProgram } from '../../src/program.ts'

export async function runCommand(args: readonly string[], folder: string = tmpdir()) {
  let code = 0
  const written = { stdout: '', stderr: '' }
  const into = (stream: keyof typeof written) => ({
    isTTY: false,
    columns: 80,
    write(text: string | Uint8Array) {
      written[stream] += String(text)
      return true
    },
  })
  const setExitCode = (exitCode: number) => {
    code = exitCode
  }
  await runProgram(args, { folder, stdout: into('stdout'), stderr: into('stderr'), setExitCode })
  return { code, ...written }
}
