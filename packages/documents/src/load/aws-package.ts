// Loads a package of the AWS SDK from the application that installed it.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { cannotLoad, reasonOf } from './refusals.ts'

/**
 * The export `name` of `packageName`, from the application's folder or the one this package stands in (a hoisted
 * install). Throws VZ602 with the command to type.
 */
export async function importAws<T>(packageName: string, name: string, folders = defaultFolders()): Promise<T> {
  const unusable = (fact: string, cause?: unknown) =>
    cannotLoad(`S3 needs the package ${packageName}, which ${fact}`, `npm i ${packageName}@3`, cause)
  let module: Record<string, unknown> | undefined
  try {
    for (const folder of folders) {
      const file = resolveFrom(folder, packageName)
      if (file === undefined) continue
      module = await import(pathToFileURL(file).href)
      break
    }
  } catch (cause) {
    throw unusable(`cannot be loaded: ${reasonOf(cause)}`, cause)
  }
  if (!module) throw unusable('is not installed.')
  if (typeof module[name] !== 'function') throw unusable(`has no ${name} in the version installed.`)
  return module[name] as T
}

function defaultFolders(): readonly string[] {
  return [process.cwd(), dirname(fileURLToPath(import.meta.url))]
}

function resolveFrom(folder: string, name: string): string | undefined {
  try {
    return createRequire(join(folder, 'resolve.js')).resolve(name)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}
