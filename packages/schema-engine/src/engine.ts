// One WebAssembly engine object per request: its advisory lock ends with its session, and a panic leaves it unusable.
import { readFileSync } from 'node:fs'
import type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg'
import type { Arguments } from './arguments.ts'
import { EngineError } from './errors.ts'
import { readFailure } from './failure.ts'
import { createDatabase } from './maintenance.ts'
import { createSession, type Session } from './session.ts'
import { loadEngineModule } from './wasm.ts'

/** The named parameters of a request, as the CLI sent them. */
export type RequestParameters = Readonly<Record<string, unknown>>

export interface Engine {
  /** Answers one request in the shape of the WebAssembly engine. Rejects with an `EngineError`. */
  call(method: string, parameters: RequestParameters): Promise<unknown>
  /** Drops the shadow databases of the request at hand. */
  abort(): Promise<void>
}

export function createEngine({ datamodels, datasource }: Pick<Arguments, 'datamodels' | 'datasource'>): Engine {
  let session: Session | undefined

  async function call(method: string, parameters: RequestParameters): Promise<unknown> {
    if (method === 'createDatabase') return { databaseName: await createDatabase(datasource.url) }
    const engineModule = await loadEngineModule()
    const files = datamodels.map((file): [string, string] => [file, readFileSync(file, 'utf8')])
    const options = { datamodels: files.length > 0 ? files : undefined }
    const offline = method === 'diff' && !readsDatabase(parameters)
    session = createSession({
      datasource,
      listedSchemas: listedSchemas([...files.map(([, text]) => text), ...comparedFiles(parameters)]),
      offline,
    })
    try {
      const engine = await engineModule.SchemaEngine.new(options, () => {}, session.factory)
      return await invoke(engine, method, parameters)
    } catch (error) {
      throw readFailure(error, session, method, parameters)
    } finally {
      await session.close()
    }
  }
  return { call, abort: async () => session?.abort() }
}

/** Methods that know "the schema after these migrations" only if `devDiagnostic` has run in the same engine object. */
const needsDiagnostic = new Set(['evaluateDataLoss', 'createMigration'])

async function invoke(engine: SchemaEngine, method: string, parameters: RequestParameters): Promise<unknown> {
  if (needsDiagnostic.has(method)) {
    const { migrationsList, filters } = parameters
    await methodOf(engine, 'devDiagnostic')({ migrationsList, filters })
  }
  return methodOf(engine, method === 'getDatabaseVersion' ? 'version' : method)(parameters)
}

function methodOf(engine: SchemaEngine, name: string): (parameters: RequestParameters) => unknown {
  const method: unknown = Reflect.get(engine, name)
  // introspectSql is there, but panics for want of a query describer.
  if (typeof method === 'function' && name !== 'introspectSql') return method.bind(engine)
  throw new EngineError(`The WebAssembly engine does not offer \`${name}\`: it takes the native schema engine.`)
}

/** `schemas = ["public", "blog"]` of the datasource block. */
function listedSchemas(texts: readonly string[]): readonly string[] {
  const [, list = ''] = /^\s*datasource\s+\w+\s*\{[^}]*?^\s*schemas\s*=\s*\[([^\]]*)\]/mu.exec(texts.join('\n')) ?? []
  return [...list.matchAll(/"((?:[^"\\]|\\.)*)"/gu)].map(([literal]) => JSON.parse(literal) as string)
}

/** A `diff` is handed the schema with its parameters. */
function comparedFiles({ from, to }: RequestParameters): readonly string[] {
  return [from, to].flatMap((side) => {
    const files: unknown = typeof side === 'object' && side !== null && 'files' in side ? side.files : undefined
    return Array.isArray(files) ? files.map((file: { readonly content?: unknown }) => String(file.content ?? '')) : []
  })
}

/** Whether a `diff` looks at the main database; one between files and migrations needs a shadow database at most. */
function readsDatabase({ from, to }: RequestParameters): boolean {
  return [from, to].some((side) => {
    const tag = typeof side === 'object' && side !== null && 'tag' in side ? side.tag : undefined
    return tag === 'schemaDatasource' || tag === 'url'
  })
}
