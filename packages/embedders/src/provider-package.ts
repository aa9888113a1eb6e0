// Loads a provider's package from the application that installed it.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type EmbeddingProviderLike, VectorizerError } from '@prisma-vectorizer/spec'
import type { Provider } from './providers.ts'

type Factory = (settings: Readonly<Record<string, unknown>>) => EmbeddingProviderLike

/**
 * The factory of `provider`, from the first of `folders` that its package resolves from: the application's, then the
 * one this package stands in (a hoisted install). Throws VZ402 with the command to type.
 */
export async function importFactory(
  model: string,
  provider: Provider,
  folders: readonly string[],
  nodeVersion: string,
): Promise<Factory> {
  const unusable = (fact: string, cause?: unknown) =>
    new VectorizerError('VZ402', {
      fact: `${model} needs the package ${provider.package}, which ${fact}.`,
      why: 'Providers are optional, so that an application installs only the one it uses.',
      fix: installCommand(provider, nodeVersion),
      cause,
    })
  let module: Record<string, unknown> | undefined
  try {
    module = await importFirst(folders, provider.package)
  } catch (cause) {
    throw unusable(`cannot be loaded: ${cause instanceof Error ? cause.message : cause}`, cause)
  }
  if (!module) throw unusable('is not installed')
  const factory = module[provider.factory]
  if (typeof factory !== 'function') throw unusable(`has no ${provider.factory} in the version installed`)
  return factory as Factory
}

function installCommand({ package: name, majors: [node20, later] }: Provider, nodeVersion: string): string {
  return `npm i ${name}@${Number.parseInt(nodeVersion, 10) < 22 ? node20 : later}`
}

async function importFirst(folders: readonly string[], name: string): Promise<Record<string, unknown> | undefined> {
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
