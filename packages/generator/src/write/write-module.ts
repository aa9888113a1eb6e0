// The typed module's files, and none of another extension beside them: an import would find either.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { AnySpec } from '@prisma-vectorizer/spec'
import { derivedNotice, emitModule, type ModuleExtension } from '../emit/manifest.ts'
import { removeIfThere, writeIfChanged } from './write-files.ts'

const names = ['index.ts', 'index.mts', 'index.js', 'index.d.ts']

/** Paths of the files that were written. */
export function writeModule(folder: string, specs: readonly AnySpec[], extension: ModuleExtension): readonly string[] {
  const files = emitModule(specs, extension)
  for (const name of names.filter((other) => !Object.hasOwn(files, other))) {
    if (isOurs(join(folder, name))) removeIfThere(join(folder, name))
  }
  return Object.entries(files)
    .map(([name, content]): [string, string] => [join(folder, name), content])
    .filter(([path, content]) => writeIfChanged(path, content))
    .map(([path]) => path)
}

const isOurs = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true && readFileSync(path, 'utf8').startsWith(derivedNotice)
