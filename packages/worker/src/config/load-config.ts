// Finds and reads vectorizer.config.ts: TypeScript or JavaScript, whichever module system the project has.
import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { VectorizerError } from '@prisma-vectorizer/spec'
import { createJiti } from 'jiti'
import * as v from 'valibot'
import { invalidConfig, unreadableConfig } from './config-error.ts'
import { defineConfig, type VectorizerConfig } from './define-config.ts'
import { configSchema } from './schema.ts'

const fileNames = ['ts', 'mts', 'js', 'mjs'].map((extension) => `vectorizer.config.${extension}`)

/** The config of `folder`, or of `file`, from there; empty where there is none. Throws VZ518. */
export async function loadConfig(folder: string, file?: string): Promise<VectorizerConfig> {
  const path = file === undefined ? findConfig(folder) : resolve(folder, file)
  if (path === undefined) return {}
  if (!existsSync(path)) {
    throw new VectorizerError('VZ518', {
      fact: `There is no config file ${file}.`,
      fix: 'Check the path after `--config`, or in PRISMA_VECTORIZER_CONFIG.',
    })
  }
  const config = await importConfig(path).catch((cause: unknown) => {
    throw unreadableConfig(basename(path), cause)
  })
  const { success, issues } = v.safeParse(configSchema, config)
  // As it was written, not as it was read: providers and functions are what they are.
  if (success) return config as VectorizerConfig
  throw invalidConfig(basename(path), issues)
}

const findConfig = (folder: string): string | undefined =>
  fileNames.map((name) => join(folder, name)).find((path) => existsSync(path))

/** Node itself runs TypeScript from version 22.18 on only. */
async function importConfig(path: string): Promise<unknown> {
  const jiti = createJiti(path, {
    // Without a cache on disk: a container's file system may be read-only.
    fsCache: false,
    moduleCache: false,
    // Run by npx, the command is not installed where the config is.
    virtualModules: { '@prisma-vectorizer/worker': { defineConfig } },
  })
  return await jiti.import(path, { default: true })
}
