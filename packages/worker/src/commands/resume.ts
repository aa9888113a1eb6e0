// prisma-vectorizer resume: what was paused goes on.
import type { Command } from 'commander'
import { resumeVectorizers } from '../errors/pause.ts'
import type { CommandLine } from './command-line.ts'
import { pausing } from './pause.ts'

export function resumeCommand(commandLine: CommandLine): Command {
  return pausing(
    'resume',
    'Embed again after `pause`: all that was queued meanwhile.',
    resumeVectorizers,
    (changed) => (changed ? 'goes on. Workers claim its rows within 5 seconds.' : 'was not paused.'),
    commandLine,
  )
}
