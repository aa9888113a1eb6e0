// Whether Prisma's own schema engine has been downloaded, so that no stand-in is needed.
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'

/** The folder the download goes to; undefined where `prisma` is not installed. */
export function enginesFolder(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve('@prisma/engines/package.json'))
  } catch {
    return undefined
  }
}

export function holdsNativeEngine(folder: string): boolean {
  return readdirSync(folder).some((name) => name.startsWith('schema-engine-'))
}
