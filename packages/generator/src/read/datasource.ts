// The datasource must be PostgreSQL (VZ110): checked in the text, where the line is known.
import { VectorizerError } from '@prisma-vectorizer/spec'
import type { SchemaText } from './scan-annotations.ts'

export function checkDatasource(schema: SchemaText): void {
  for (const block of schema.blocks) {
    if (block.kind !== 'datasource') continue
    const lines = block.file.content.split(/\r?\n/u)
    for (let line = block.start; line <= block.end; line++) {
      const text = lines[line] ?? ''
      const provider = /^(\s*provider\s*=\s*)"([^"]*)"/u.exec(text)
      if (!provider || provider[2] === 'postgresql' || provider[2] === 'postgres') continue
      throw new VectorizerError('VZ110', {
        fact: `The datasource ${block.name} is ${provider[2]}, and the schema has @vectorizer annotations.`,
        why: 'Vectors are stored and searched by pgvector, an extension of PostgreSQL.',
        fix: 'Use `provider = "postgresql"`, or remove the annotations.',
        position: { file: block.file.path, line: line + 1, column: (provider[1]?.length ?? 0) + 1 },
        sourceLine: text,
      })
    }
  }
}
