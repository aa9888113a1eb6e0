// The parent's side of the relation, which Prisma demands: added where it is missing, removed where its store is gone.
// The only lines we touch in what the user wrote.
import type { VectorizerSpec } from '@prisma-vectorizer/spec'
import type { SchemaText } from '../read/scan-annotations.ts'
import { backRelationLine } from './store-model.ts'

/** Content of each user file that has to change, by absolute path. `derived` is what was derived last time. */
export function reconcileBackRelations(
  specs: readonly VectorizerSpec[],
  schema: SchemaText,
  derived: string,
): ReadonlyMap<string, string> {
  const wanted = new Set(specs.map((spec) => spec.store.model))
  const gone = new Set(
    [...derived.matchAll(/^model\s+(\w+)/gmu)].map((match) => match[1]).filter((name) => !wanted.has(name as string)),
  )
  const edits = new Map<string, string[]>()
  const linesOf = (file: { readonly absolutePath: string; readonly content: string }) => {
    const lines = edits.get(file.absolutePath) ?? file.content.split('\n')
    edits.set(file.absolutePath, lines)
    return lines
  }
  // From the end of each file to its start, so that line numbers stay true while lines come and go.
  for (const block of schema.blocks.toSorted((a, b) => b.start - a.start)) {
    if (block.kind !== 'model') continue
    for (const field of block.fields.toReversed()) {
      if (!gone.has(field.type)) continue
      const lines = linesOf(block.file)
      if (/\[\]\s*$/u.test(lines[field.line] ?? '')) lines.splice(field.line, 1)
    }
    const missing = specs.filter(
      (spec) => spec.source.model === block.name && !block.fields.some((field) => field.name === spec.accessor),
    )
    if (missing.length === 0) continue
    const lines = linesOf(block.file)
    const last = block.fields.filter((field) => !gone.has(field.type)).at(-1)?.line ?? block.start
    const model = lines[last] ?? ''
    const indent = (last === block.start ? null : /^\s+/u.exec(model)?.[0]) ?? '  '
    const ending = model.endsWith('\r') ? '\r' : ''
    lines.splice(last + 1, 0, ...missing.map((spec) => `${indent}${backRelationLine(spec)}${ending}`))
  }
  return new Map([...edits].map(([path, lines]) => [path, lines.join('\n')]))
}
