// The schema as files: a folder of *.prisma (sub-folders included) or one file, and the part of it that is ours.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

export interface SchemaFile {
  /** As messages show it. */
  readonly path: string
  readonly absolutePath: string
  readonly content: string
}

/** The derived file of a schema folder. */
export const derivedFileName = 'vectorizer.prisma'

/** The marked block at the end of a single schema file: a sibling file would be ignored by Prisma. */
export const derivedBlock = {
  start: '// prisma-vectorizer: derived models. Change the annotations above, not these lines.',
  end: '// prisma-vectorizer: end',
} as const

export interface SchemaSource {
  readonly kind: 'folder' | 'file'
  readonly path: string
  /** What the user wrote: without the derived file, and without the derived block. */
  readonly files: readonly SchemaFile[]
  /** What we wrote last time; empty when nothing yet. */
  readonly derived: string
}

/** Reads `schemaPath` (a folder or a file). Throws what `node:fs` throws: Prisma itself says what is missing. */
export function readSchema(schemaPath: string): SchemaSource {
  if (statSync(schemaPath).isDirectory()) {
    const paths = readdirSync(schemaPath, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.prisma') && path !== derivedFileName)
      .sort()
    return {
      kind: 'folder',
      path: schemaPath,
      files: paths.map((path) => readSchemaFile(join(schemaPath, path))),
      derived: readIfThere(join(schemaPath, derivedFileName)),
    }
  }
  const file = readSchemaFile(schemaPath)
  const { own, derived } = splitDerivedBlock(file.content)
  return { kind: 'file', path: schemaPath, files: [{ ...file, content: own }], derived }
}

/** The text before and inside the marked block. The block is always the file's end, so nothing of the user's is behind it. */
function splitDerivedBlock(content: string): { readonly own: string; readonly derived: string } {
  const start = content.indexOf(derivedBlock.start)
  if (start < 0) return { own: content, derived: '' }
  const end = content.indexOf(derivedBlock.end, start)
  const behind = end < 0 ? '' : content.slice(end + derivedBlock.end.length)
  const lineEnd = lineEndOf(content)
  return {
    // Text that somebody added behind the block is theirs: it moves in front of the block, it is not lost.
    own: [content.slice(0, start).trimEnd(), behind.trim()]
      .filter((text) => text !== '')
      .map((text) => text + lineEnd)
      .join(lineEnd),
    derived: end < 0 ? content.slice(start) : content.slice(start, end + derivedBlock.end.length),
  }
}

/** A path as messages show it: relative to the working directory. */
export const shownPath = (path: string): string => relative(process.cwd(), path) || path

/** CRLF where the text has one. */
export const lineEndOf = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n')

function readSchemaFile(absolutePath: string): SchemaFile {
  return {
    path: shownPath(absolutePath),
    absolutePath,
    content: readFileSync(absolutePath, 'utf8'),
  }
}

function readIfThere(path: string): string {
  return statSync(path, { throwIfNoEntry: false }) ? readFileSync(path, 'utf8') : ''
}
