// No file of the repository may hold a path of the machine it was written on.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { root } from './process.mjs'

// Untracked files too, unless ignored: what is found before the commit need not be taken back.
const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
})
if (listed.status !== 0) throw new Error(listed.stderr || String(listed.error))

// The checkout's own folder, unless it is as short as `/app`, which any text may hold.
const own = root.split(sep).length > 2 ? root : undefined
const machinePath = /(?<![\w.~$})-])\/(?:home|Users|root|work|tmp|private|mnt)\/[\w.-]+|\b[A-Z]:\\\\?(?:Users|home)\\/

const problems = []
const files = listed.stdout.split('\0').filter(Boolean)
for (const file of files) {
  const content = readIfThere(file)
  if (content === undefined || content.includes(0)) continue
  for (const [index, line] of content.toString('utf8').split('\n').entries()) {
    const found = machinePath.exec(line)?.[0] ?? (own && line.includes(own) ? own : undefined)
    if (found) problems.push(`${file}:${index + 1}: ${found}`)
  }
}
if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exit(1)
}
console.log(`${files.length} files`)

/** Undefined for a file that is deleted but still in the index, and for a folder (a submodule). */
function readIfThere(file) {
  try {
    return readFileSync(join(root, file))
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'EISDIR') return undefined
    throw error
  }
}
