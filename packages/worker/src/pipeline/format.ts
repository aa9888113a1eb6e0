// Step 6: a chunk → the text that is embedded and stored, by the vectorizer's template (Python's `string.Template`).
import { VectorizerError, type VectorizerSpec } from '@prisma-vectorizer/spec'

export type FormatChunk = (chunk: string, columns: readonly string[]) => string

const placeholder = /\$(?:(\$)|([_a-z][_a-z0-9]*)|\{([_a-z][_a-z0-9]*)\}|)/gi

/**
 * Compiles the template once per vectorizer. `columns` are the values of `source.templateColumns`, in that order; a
 * name in the template is a Prisma field or a column, the field where both exist. Throws VZ106 where Python's
 * `substitute` would raise: a `$` that names nothing, and an unknown name.
 */
export function createFormatter(spec: VectorizerSpec): FormatChunk {
  const { template } = spec
  const literals: string[] = []
  const slots: number[] = []
  let literal = ''
  let last = 0
  for (const match of template.matchAll(placeholder)) {
    const [whole, dollar, bare, braced] = match
    literal += template.slice(last, match.index)
    last = match.index + whole.length
    if (dollar) {
      literal += '$'
      continue
    }
    slots.push(slotOf(bare ?? braced, spec))
    literals.push(literal)
    literal = ''
  }
  const tail = literal + template.slice(last)
  if (slots.length === 1 && slots[0] === chunkSlot) {
    const head = literals[0] ?? ''
    return head === '' && tail === '' ? (chunk) => chunk : (chunk) => head + chunk + tail
  }
  return (chunk, columns) => {
    let text = ''
    for (let index = 0; index < slots.length; index++) {
      const slot = slots[index] as number
      text += (literals[index] as string) + (slot === chunkSlot ? chunk : columns[slot])
    }
    return text + tail
  }
}

const chunkSlot = -1

function slotOf(name: string | undefined, { source, template }: VectorizerSpec): number {
  if (name === 'chunk') return chunkSlot
  const byField = source.templateColumns.findIndex((column) => column.field === name)
  const slot = byField >= 0 ? byField : source.templateColumns.findIndex((column) => column.column === name)
  if (slot >= 0) return slot
  throw new VectorizerError('VZ106', {
    fact:
      name === undefined
        ? `${source.model}.${source.text.field}: a \`$\` in the template ${JSON.stringify(template)} names nothing.`
        : `${source.model}.${source.text.field}: the template names \`$${name}\`, which is not among its columns.`,
    fix: 'Write `$$` for a dollar sign and `$field` for a field, then run `prisma generate` and migrate.',
  })
}
