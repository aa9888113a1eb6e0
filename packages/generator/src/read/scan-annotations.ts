// Finds `/// @vectorizer(...)` and `/// @vector(...)` in schema text, with the exact position of every character. The DMMF carries the same
// comments but without positions, and with each line trimmed, so it could name neither line nor column in an error.
import { type SchemaPosition, VectorizerError } from '@prisma-vectorizer/spec'
import { type FieldLine, readFieldLine } from './field-line.ts'
import type { SchemaFile } from './schema-files.ts'

/** A block attribute that stands in one line, e.g. `@@index([embedding], map: "…")`. */
export interface AttributeLine {
  readonly text: string
  /** 0-based. */
  readonly line: number
}

export interface BlockText {
  readonly kind: string
  readonly name: string
  readonly file: SchemaFile
  /** 0-based lines of the opening and the closing brace. */
  readonly start: number
  readonly end: number
  readonly fields: readonly FieldLine[]
  readonly attributes: readonly AttributeLine[]
}

/** One annotation: what it stands on, its text from the `@` on, and where that text is. */
export interface AnnotationText {
  readonly kind: 'vectorizer' | 'vector'
  readonly model: string
  /** The annotated field; null for an annotation above the model. */
  readonly field: string | null
  readonly text: string
  /** Position of a character of `text`, and the source line it stands in. */
  readonly at: (offset: number) => { readonly position: SchemaPosition; readonly sourceLine: string }
}

export interface SchemaText {
  readonly files: readonly SchemaFile[]
  readonly blocks: readonly BlockText[]
  readonly annotations: readonly AnnotationText[]
}

interface CommentLine {
  readonly text: string
  /** 0-based. */
  readonly line: number
  /** 0-based column of the first character of `text`. */
  readonly column: number
}

const blockStart = /^\s*(model|view|enum|type|datasource|generator)\s+(\w+)\s*\{/u
const docComment = /^(\s*\/\/\/ ?)(.*)$/u
const plainComment = /^\s*\/\//u
// First in its line, or before a parenthesis: prose may mention @vectorizer, and an e-mail address may contain it.
const annotationStart = /(?<=^[ \t]*)@vector(?:izer)?\b|(?<![\w.@`])@vector(?:izer)?(?=[ \t]*\()/gmu

/** Throws VZ112 for an annotation that Prisma would attach to nothing, and for `@vector` above a model. */
export function scanSchema(files: readonly SchemaFile[]): SchemaText {
  const blocks: BlockText[] = []
  const annotations: AnnotationText[] = []
  for (const file of files) {
    const scanned = scanFile(file)
    blocks.push(...scanned.blocks)
    annotations.push(...scanned.annotations)
  }
  return { files, blocks, annotations }
}

function scanFile(file: SchemaFile): { blocks: BlockText[]; annotations: AnnotationText[] } {
  const lines = file.content.split(/\r?\n/u)
  const blocks: BlockText[] = []
  const annotations: AnnotationText[] = []
  let comments: CommentLine[] = []
  let block: { kind: string; name: string; start: number; fields: FieldLine[]; attributes: AttributeLine[] } | undefined

  /** Gives the comments read so far to `owner`, and starts anew. */
  const attach = (owner: { model: string; field: string | null } | undefined) => {
    for (const annotation of annotationsIn(file, lines, comments)) {
      if (!owner) throw unattached(annotation)
      if (annotation.kind === 'vector' && owner.field === null) throw aboveModel(annotation, owner.model)
      annotations.push({ ...owner, ...annotation })
    }
    comments = []
  }

  lines.forEach((text, line) => {
    const comment = docComment.exec(text)
    if (comment) {
      comments.push({ text: comment[2] ?? '', line, column: comment[1]?.length ?? 0 })
      return
    }
    // As Prisma has it: within a block a comment belongs to the next field, whatever stands between; above a block an
    // empty line parts them.
    if (plainComment.test(text)) return
    if (text.trim() === '') {
      if (!block) attach(undefined)
      return
    }
    const trailing = trailingComment(text, line)
    const opening = block ? null : blockStart.exec(text)
    const field = block && readFieldLine(text, line)
    if (opening) {
      block = { kind: opening[1] as string, name: opening[2] as string, start: line, fields: [], attributes: [] }
      attach(block.kind === 'model' ? { model: block.name, field: null } : undefined)
    } else if (block && /^\s*\}/u.test(text)) {
      blocks.push({ ...block, file, end: line })
      attach(undefined)
      block = undefined
    } else if (block && field) {
      block.fields.push(field)
      if (trailing) comments.push(trailing)
      attach(block.kind === 'model' ? { model: block.name, field: field.name } : undefined)
      return
    } else {
      if (block && /^\s*@@/u.test(text)) block.attributes.push({ text, line })
      attach(undefined)
    }
    if (trailing) {
      comments.push(trailing)
      attach(undefined)
    }
  })
  attach(undefined)
  return { blocks, annotations }
}

/** `content String /// @vectorizer(...)`; a `///` inside a string literal is not a comment. */
function trailingComment(text: string, line: number): CommentLine | undefined {
  let quoted = false
  for (let column = 0; column < text.length; column++) {
    if (text[column] === '\\' && quoted) column++
    else if (text[column] === '"') quoted = !quoted
    else if (!quoted && text.startsWith('//', column)) {
      if (!text.startsWith('///', column)) return undefined
      const start = text[column + 3] === ' ' ? column + 4 : column + 3
      return { text: text.slice(start), line, column: start }
    }
  }
  return undefined
}

/** Each runs to the next, or to the end: where it closes is the grammar's to say. */
function annotationsIn(
  file: SchemaFile,
  lines: readonly string[],
  comments: readonly CommentLine[],
): Pick<AnnotationText, 'kind' | 'text' | 'at'>[] {
  const whole = comments.map((comment) => comment.text).join('\n')
  const starts = [...whole.matchAll(annotationStart)].map((match) => match.index)
  return starts.map((start, index) => ({
    kind: whole.startsWith('@vectorizer', start) ? 'vectorizer' : 'vector',
    text: whole.slice(start, starts[index + 1]),
    at(offset) {
      let rest = Math.min(start + offset, whole.length)
      let comment = comments[0] as CommentLine
      for (comment of comments) {
        if (rest <= comment.text.length) break
        rest -= comment.text.length + 1
      }
      return {
        position: { file: file.path, line: comment.line + 1, column: comment.column + rest + 1 },
        sourceLine: lines[comment.line] ?? '',
      }
    },
  }))
}

function unattached({ kind, at }: Pick<AnnotationText, 'kind' | 'at'>): VectorizerError {
  return new VectorizerError('VZ112', {
    fact: `This @${kind} annotation belongs to no field${kind === 'vector' ? '' : ' and no model'}.`,
    why: 'Prisma gives a `///` comment to the field below it, or to the model that starts in the very next line.',
    fix:
      kind === 'vector'
        ? 'Move it to the line above the vector field.'
        : 'Move it to the line above the text field, or above `model` with a `field:` argument and no empty line between.',
    ...at(0),
  })
}

function aboveModel({ at }: Pick<AnnotationText, 'at'>, model: string): VectorizerError {
  return new VectorizerError('VZ112', {
    fact: `${model}: @vector stands above a model.`,
    why: 'It describes one field of vectors; @vectorizer is the one that may stand above a model.',
    fix: 'Move it to the line above the vector field.',
    ...at(0),
  })
}
