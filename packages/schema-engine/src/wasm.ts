// Loads the WebAssembly schema engine without Node's flag for importing .wasm files.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { EngineError } from './errors.ts'

/** The JavaScript side of the engine: what `schema_engine_bg.js` exports. */
export type EngineModule = typeof import('@prisma/schema-engine-wasm/schema_engine_bg')

// Node has this global; its types come with the browser's library only, which would bring the whole DOM.
declare const WebAssembly: {
  readonly Module: {
    new (bytes: Uint8Array): object
    imports(module: object): { readonly name: string }[]
  }
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> }
}

const own = createRequire(import.meta.url)
// The CLI starts the engine in the project's folder, so this finds the `prisma` that runs it.
const project = createRequire(join(process.cwd(), 'package.json'))

let loading: Promise<EngineModule> | undefined

export function loadEngineModule(): Promise<EngineModule> {
  loading ??= load()
  return loading
}

/** The commit of the engine that the installed CLI was made for, or `unknown`. */
export function engineHash(): string {
  const cli = prismaPackage()
  if (!cli) return 'unknown'
  const { enginesVersion } = createRequire(cli)('@prisma/engines-version')
  return String(enginesVersion)
}

/**
 * The CLI carries its own build of the engine, of exactly its commit, without the JavaScript side; the one of the npm
 * package fits it. The package's own build is the fallback for a CLI whose build it does not fit.
 */
async function load(): Promise<EngineModule> {
  const script = own.resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const engineModule: EngineModule = await import(pathToFileURL(script).href)
  const cli = prismaPackage()
  const builds = [
    ...(cli ? [join(dirname(cli), 'build/schema_engine_bg.wasm')] : []),
    join(dirname(script), 'schema_engine_bg.wasm'),
  ].filter((build) => existsSync(build))

  for (const build of builds) {
    const compiled = new WebAssembly.Module(readFileSync(build))
    if (WebAssembly.Module.imports(compiled).every(({ name }) => name in engineModule)) {
      const { exports } = new WebAssembly.Instance(compiled, { './schema_engine_bg.js': { ...engineModule } })
      engineModule.__wbg_set_wasm(exports)
      const start = exports['__wbindgen_start']
      if (typeof start === 'function') start()
      return engineModule
    }
  }
  throw new EngineError(`No build of the engine fits ${script}. Looked at: ${builds.join(', ')}`)
}

function prismaPackage(): string | undefined {
  for (const origin of [project, own]) {
    try {
      return origin.resolve('prisma/package.json')
    } catch {
      // Not installed as seen from there.
    }
  }
  return undefined
}
