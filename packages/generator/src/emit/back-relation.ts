// What the user's own models need: the other side of each relation, which Prisma demands, the field of vectors that are
// kept in the model itself, and the declaration of its index. The only lines we touch in what the user wrote.
import { type AnySpec, isDeclaredIndex, objectNames } from '@prisma-vectorizer/spec'
import { readVectorIndexLine } from '../read/declared-index.ts'
import type { FieldLine } from '../read/field-line.ts'
import type { BlockText, SchemaText } from '../read/scan-annotations.ts'
import { vectorFieldLine } from '../read/vector-column.ts'
import { LineEdits } from './line-edits.ts'
import { backRelationLine, declaredIndexLine, hasStoreModel, relationAttribute } from './store-model.ts'

/** Content of each user file that has to change, by absolute path. `derived` is what was derived last time. */
export function reconcileBackRelations(
  specs: readonly AnySpec[],
  schema: SchemaText,
  derived: string,
): ReadonlyMap<string, string> {
  const wanted = new Set(specs.filter(hasStoreModel).map((spec) => spec.store.model))
  const gone = new Set(
    [...derived.matchAll(/^model\s+(\w+)/gmu)].map((match) => match[1] ?? '').filter((name) => !wanted.has(name)),
  )
  const changed = schema.files.map((file) => {
    const edits = new LineEdits(file.content)
    for (const block of schema.blocks.filter((one) => one.file === file && one.kind === 'model')) {
      const own = specs.filter((spec) => spec.source.model === block.name)
      reconcileFields(own, block, edits, gone)
      reconcileIndexes(own, block, edits)
    }
    return { file, content: edits.content() }
  })
  return new Map(
    changed
      .filter(({ file, content }) => content !== file.content)
      .map(({ file, content }) => [file.absolutePath, content]),
  )
}

function reconcileFields(
  specs: readonly AnySpec[],
  block: BlockText,
  edits: LineEdits,
  gone: ReadonlySet<string>,
): void {
  const isGone = (field: FieldLine) => gone.has(field.type) && field.isList
  for (const field of block.fields) {
    if (isGone(field)) edits.replace(field.line, null)
    const spec = specs.filter(hasStoreModel).find(({ accessor }) => accessor === field.name)
    const line = edits.line(field.line)
    const related = spec ? withRelation(line, relationAttribute(spec.store)) : line
    const holder = specs.find(
      ({ kind, store }) => kind === 'vectorizer' && store.kind === 'column' && store.field === field.name,
    )
    const sized = holder && field.unsupported === holder.type ? withDimensions(line, holder) : related
    if (sized !== line) edits.replace(field.line, sized)
  }
  const missing = specs.filter((spec) => !block.fields.some((field) => field.name === spec.accessor))
  const last = block.fields.filter((field) => !isGone(field)).at(-1)?.line ?? block.start
  const indent = (last === block.start ? null : /^\s+/u.exec(edits.line(last))?.[0]) ?? '  '
  edits.addBehind(
    last,
    missing.map(
      (spec) => indent + (hasStoreModel(spec) ? backRelationLine(spec) : vectorFieldLine(spec.accessor, spec, '?')),
    ),
  )
}

/** `prisma db pull` knows no lengths: it makes `Unsupported("vector")` of a field of ours. */
const withDimensions = (line: string, { type, dimensions }: AnySpec): string =>
  line.replace(`Unsupported("${type}")`, `Unsupported("${type}(${dimensions})")`)

/** The line with another `@relation("Name")`, or without one; what else stands in it stays. */
function withRelation(line: string, attribute: string): string {
  const [whole, field, written = ''] =
    /^(\s*\w+\s+\w+\[\])(?:\s*(@relation\(\s*(?:name:\s*)?"[^"]*"\s*\)))?/u.exec(line) ?? []
  if (whole === undefined || field === undefined) return line
  const name = (text: string) => /"([^"]*)"/u.exec(text)?.[1]
  if (name(written) === name(attribute)) return line
  return [field, attribute].filter(Boolean).join(' ') + line.slice(whole.length)
}

/** Ours are known by their name and field; others are left as they are. */
function reconcileIndexes(specs: readonly AnySpec[], block: BlockText, edits: LineEdits): void {
  const wanted = new Map(
    specs
      .filter((spec) => spec.store.kind === 'column' && isDeclaredIndex(spec))
      .map((spec) => [objectNames(spec).vectorIndex, spec]),
  )
  const others = block.attributes.filter(({ text, line }) => {
    const index = readVectorIndexLine(text)
    if (!index || !isVectorField(index.field, block, edits)) return true
    const isWanted = wanted.get(index.name)?.accessor === index.field
    if (isWanted) wanted.delete(index.name)
    else edits.replace(line, null)
    return isWanted
  })
  // Prisma's formatter has an empty line between fields and attributes, and none before the brace.
  const above = block.end - 1
  const hasGap = edits.line(above).trim() === ''
  const isOnly = others.length === 0
  if (wanted.size > 0) {
    const gap = isOnly && !hasGap && others.length === block.attributes.length ? [''] : []
    edits.addBehind(above, [
      ...gap,
      ...[...wanted.values()].map((spec) => `  ${declaredIndexLine(spec, spec.accessor)}`),
    ])
  } else if (isOnly && block.attributes.length > 0 && edits.line(above - block.attributes.length).trim() === '') {
    edits.replace(above - block.attributes.length, null)
  }
}

/** Whether the field holds vectors, or is gone: an index of anything else is not ours, whatever its name. */
function isVectorField(name: string, block: BlockText, edits: LineEdits): boolean {
  const field = block.fields.find((candidate) => candidate.name === name)
  return !field || field.unsupported !== null || edits.line(field.line).includes('@db.Bit(')
}
