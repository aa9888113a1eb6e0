// What a command may touch of the process it runs in, so that tests can run it in theirs.

export interface CommandLine {
  /** The project's folder. */
  readonly folder: string
  readonly stdout: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>
  readonly stderr: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>
  setExitCode(code: number): void
}
