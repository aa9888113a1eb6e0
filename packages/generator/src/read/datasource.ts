// The datasource, from the text, where lines are known: it must be PostgreSQL (VZ110), and says who keeps relations.
import { VectorizerError } from '@prisma-vectorizer/spec'
import type { SchemaText } from './scan-annotations.ts'

export function checkDatasource(schema: SchemaText): void {
  for (const { name, value, file, line, column, text } of stringOptions(schema, 'provider')) {
    if (value === 'postgresql' || value === 'postgres') continue
    throw new VectorizerError('VZ110', {
      fact: `The datasource ${name} is ${value}, and the schema has @vectorizer annotations.`,
      why: 'Vectors are stored and searched by pgvector, an extension of PostgreSQL.',
      fix: 'Use `provider = "postgresql"`, or remove the annotations.',
      position: { file, line, column },
      sourceLine: text,
    })
  }
}

/** Whether relations are foreign keys in the database: not under `relationMode = "prisma"`. */
export const hasForeignKeys = (schema: SchemaText): boolean =>
  !stringOptions(schema, 'relationMode').some(({ value }) => value === 'prisma')

/** `option = "value"` of every datasource block. */
function stringOptions(schema: SchemaText, option: string) {
  const pattern = new RegExp(String.raw`^(\s*(?:datasource\s+\w+\s*\{\s*)?${option}\s*=\s*)"([^"]*)"`, 'u')
  return schema.blocks
    .filter((block) => block.kind === 'datasource')
    .flatMap(({ name, file, start, end }) => {
      const lines = file.content.split(/\r?\n/u)
      return lines.slice(start, end + 1).flatMap((text, index) => {
        const [, before = '', value] = pattern.exec(text) ?? []
        return value === undefined
          ? []
          : [{ name, value, file: file.path, line: start + index + 1, column: before.length + 1, text }]
      })
    })
}
