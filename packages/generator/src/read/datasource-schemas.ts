// The Postgres schemas that a Prisma schema speaks of: `schemas = ["public", "blog"]` of its datasource.
import { scanSchema } from './scan-annotations.ts'
import { readSchema } from './schema-files.ts'

/** Undefined where the datasource names none, so that the connection decides. */
export function readDatasourceSchemas(schemaPath: string): readonly string[] | undefined {
  for (const { kind, file, start, end } of scanSchema(readSchema(schemaPath).files).blocks) {
    if (kind !== 'datasource') continue
    const text = file.content.split('\n').slice(start, end).join('\n')
    const list = /^\s*schemas\s*=\s*\[([^\]]*)\]/mu.exec(text)?.[1]
    if (list !== undefined) return [...list.matchAll(/"([^"]*)"/gu)].map(([, name = '']) => name)
  }
  return undefined
}
