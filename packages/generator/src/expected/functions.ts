// The functions of a vectorizer as this version writes them, for comparison with those of a database.
import { InternalError, objectNames, type VectorizerSpec } from '@prisma-vectorizer/spec'
import { sqlNames } from '../emit/sql-names.ts'
import { renderSql } from '../sql/render.ts'

export interface ExpectedFunction {
  readonly name: string
  /** As `pg_proc.prosrc` holds it. */
  readonly body: string
}

const definition =
  /^CREATE OR REPLACE FUNCTION vectorizer\.("(?:[^"]|"")*")\([\s\S]*? AS (?:(\$\w+\$)([\s\S]*?)\2|'([^']*)')/gmu

/** What runs the triggers, or stands in their conditions. */
export function expectedFunctions(spec: VectorizerSpec): readonly ExpectedFunction[] {
  // Those that read a key are two of each name.
  const text = renderSql('functions', { ...sqlNames(spec), keyReaders: '' })
  const found = [...text.matchAll(definition)].map(([, name = '', , tagged, quoted = '']) => ({
    name: name.slice(1, -1).replaceAll('""', '"'),
    body: tagged ?? quoted,
  }))
  const names = objectNames(spec)
  if (!found.some(({ name }) => name === names.guardFunction) || found.length !== 8) {
    throw new InternalError(`${spec.name}: sql/functions.sql is not read as it is written`)
  }
  return found
}
