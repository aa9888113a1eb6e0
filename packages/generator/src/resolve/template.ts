// `"$title - $chunk"`: which columns a template reads, checked against the model (VZ106).
import { type ColumnSpec, nearestName } from '@prisma-vectorizer/spec'
import { placeOf } from '../annotation/parse-annotation.ts'
import type { VectorizerOptions } from '../annotation/read-arguments.ts'
import type { Model } from '../read/dmmf.ts'
import type { AnnotationText } from '../read/scan-annotations.ts'
import { fault } from './fault.ts'

/** Python's `string.Template`: `$$`, `$name`, `${name}`; a `$` before anything else is a mistake. */
const placeholder = /\$(?:\$|([_a-z][_a-z0-9]*)|\{([_a-z][_a-z0-9]*)\}|)/giu

/** `$name` may be a Prisma field name or a column name; the field wins where both exist. */
export function resolveTemplate(
  annotation: AnnotationText,
  options: VectorizerOptions,
  model: Model,
): { readonly template: string; readonly templateColumns: readonly ColumnSpec[] } {
  const template = options.template ?? '$chunk'
  const columns = new Map<string, ColumnSpec>()
  const readable = model.fields.filter((field) => field.kind === 'scalar' || field.kind === 'enum')
  const fail = (fact: string, fix: string, why?: string) =>
    fault('VZ106', annotation, options.offsets['template'], {
      fact: `${placeOf(annotation)}: ${fact}`,
      ...(why && { why }),
      fix,
    })

  let chunkNamed = false
  for (const match of template.matchAll(placeholder)) {
    const name = match[1] ?? match[2]
    if (name === undefined) {
      if (match[0] === '$$') continue
      throw fail(
        `the template has a \`$\` at position ${match.index + 1} that names nothing.`,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what the user writes
        'Write `$$` for a dollar sign, `$name` or `${name}` for a field.',
      )
    }
    if (name === 'chunk') {
      chunkNamed = true
      continue
    }
    const field = readable.find((item) => item.name === name) ?? readable.find((item) => item.column === name)
    if (!field) {
      const names = readable.map((item) => item.name)
      const nearest = nearestName(name, names)
      throw fail(
        `the template names \`$${name}\`, which is no field of ${model.name}.`,
        nearest ? `Did you mean \`$${nearest}\`?` : `Fields: ${names.join(', ')}.`,
        'A row could never be embedded: the worker would not know what to put there.',
      )
    }
    columns.set(field.name, { field: field.name, column: field.column })
  }
  if (!chunkNamed) {
    throw fail(
      'the template does not name `$chunk`.',
      `Write e.g. \`template: "${template} $chunk"\`.`,
      'Every chunk of a row would get the same text.',
    )
  }
  return { template, templateColumns: [...columns.values()] }
}
