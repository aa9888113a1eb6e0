// Loads a provider's package from the application that installed it.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { VectorizerError } from '@prisma-vectorizer/spec'
import type { ProviderPackage } from './providers.ts'

/**
 * The factory of a provider's package, from the first of `folders` that it resolves from: the application's, then the
 * one this package stands in (a hoisted install). Throws VZ402 with the command to type.
 */
export async function importFactory(
  model: string,
  wanted: ProviderPackage,
  folders: readonly string[],
  nodeVersion: string,
): Promise<unknown> {
  const unusable = (fact: string, cause?: unknown) =>
    new VectorizerError('VZ402', {
      fact: `${model} needs the package ${wanted.name}, which ${fact}.`,
      why: 'Providers are optional, so that an application installs only the one it uses.',
      fix: installCommand(wanted, nodeVersion),
      cause,
    })
  let module: Record<string, unknown> | undefined
  try {
    module = await importFirst(folders, wanted.name)
  } catch (cause) {
    throw unusable(`cannot be loaded: ${cause instanceof Error ? cause.message : cause}`, cause)
  }
  if (!module) throw unusable('is not installed')
  const factory = module[wanted.factory]
  if (typeof factory !== 'function') throw unusable(`has no ${wanted.factory} in the version installed`)
  return factory
}

function installCommand({ name, majors: [node20, later] }: ProviderPackage, nodeVersion: string): string {
  return `npm i ${name}@${Number.parseInt(nodeVersion, 10) < 22 ? node20 : later}`
}

/** The module `name` from the first of `folders` it resolves from; undefined where it is not installed. */
export async function importFirst(
  folders: readonly string[],
  name: string,
): Promise<Record<string, unknown> | undefined> {
  for (const folder of folders) {
    const file = resolveFrom(folder, name)
    if (file !== undefined) return import(pathToFileURL(file).href)
  }
  return undefined
}

function resolveFrom(folder: string, name: string): string | undefined {
  try {
    return createRequire(join(folder, 'resolve.js')).resolve(name)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}
