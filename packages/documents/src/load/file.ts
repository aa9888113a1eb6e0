// Files below the roots of the allow-list.
import { constants } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import { basename, isAbsolute, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LoadedDocument } from '@prisma-vectorizer/spec'
import { limitedBytes } from './limited-bytes.ts'
import { cannotLoad, notAllowed } from './refusals.ts'
import { shownAddress } from './shown-address.ts'

export interface FileOptions {
  readonly roots: readonly string[]
  readonly maxBytes: number
  readonly signal: AbortSignal
}

/** The file of a `file:` URL or absolute path. Throws VZ601, VZ602 and VZ603. */
export async function loadFile(uri: string, { roots, maxBytes, signal }: FileOptions): Promise<LoadedDocument> {
  const shown = shownAddress(uri)
  const path = pathOf(uri, shown)
  const outside = (how: string) =>
    notAllowed(`${shown} ${how} the folders the worker may read.`, 'Add the folder to `roots`, or move the file.')
  const real = (each: string) => realpath(each).catch(missing(shown))
  const realRoots = await Promise.all(roots.map((root) => realpath(root).catch(() => undefined)))
  const inside = (each: string, root: string | undefined) => root !== undefined && isInside(each, root)

  // By name first: outside the roots nothing is touched, so that an answer does not tell what exists there.
  const named = roots.some((root, index) => inside(path, resolve(root)) || inside(path, realRoots[index]))
  if (!named) throw outside('is outside')
  const target = await real(path)
  if (!realRoots.some((root) => inside(target, root))) throw outside('leads outside')

  // What was checked is what is opened: not the name, which may lead elsewhere by now, nor through a link put in its
  // place. Without waiting: a FIFO would until somebody writes.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  const file = await open(target, flags).catch(missing(shown))
  try {
    const { size, isFile } = await file.stat().then((found) => ({ size: found.size, isFile: found.isFile() }))
    if (!isFile) throw notAllowed(`${shown} is no regular file.`, 'Name a file.')
    const stream = file.createReadStream({ signal, autoClose: false })
    const bytes = await limitedBytes(shown, { stream, length: size }, maxBytes)
    return { bytes, name: basename(path) }
  } finally {
    await file.close()
  }
}

function pathOf(uri: string, shown: string): string {
  if (uri.includes('\0') || /%00/u.test(uri)) throw notAllowed(`${shown} has a NUL in its path.`, 'Name a file.')
  if (isAbsolute(uri)) return resolve(uri)
  try {
    // Also resolves `..` and `%2e%2e`, and refuses an encoded slash and another machine's name.
    return fileURLToPath(new URL(uri))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw notAllowed(`${shown} is no address of a file: ${reason}.`, 'Write file:///folder/manual.pdf.')
  }
}

function isInside(path: string, root: string): boolean {
  const way = relative(root, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read by this process',
  EPERM: 'may not be read by this process',
}

const missing = (shown: string) => (cause: unknown) => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  throw cannotLoad(`${shown} ${reasons[code] ?? `cannot be opened (${code})`}.`, undefined, cause)
}
