// Child processes that end this one when they fail. No dependencies: setup runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Runs a program from the repository's root, showing its output; a failure ends this process with its exit code. */
export function run(program, args, env = {}) {
  const result = spawnSync(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  if (result.error) throw result.error
  if (result.status !== 0) process.exit(result.status ?? 1)
}

export const runNode = (script, args = [], env) => run(process.execPath, [script, ...args], env)

/** A package's command, as program and arguments. Windows starts `.cmd` files through a shell only: `npm exec` there. */
export const binCommand = (name, args) =>
  process.platform === 'win32'
    ? ['npm.cmd', ['exec', '--', name, ...args]]
    : [join(root, 'node_modules', '.bin', name), args]

/** Runs a package's command. */
export const runBin = (name, args, env) => run(...binCommand(name, args), env)
