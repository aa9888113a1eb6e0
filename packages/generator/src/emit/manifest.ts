// Specs → the typed module the application imports: data, and the extension bound to it.
import { type AnySpec, type Manifest, specVersion } from '@prisma-vectorizer/spec'

/** Of the module's file; `js` writes a declaration file beside it, for applications without TypeScript. */
export const moduleExtensions = ['ts', 'mts', 'js'] as const
export type ModuleExtension = (typeof moduleExtensions)[number]

/** Every file of ours starts with it. */
export const derivedNotice =
  '// Derived by prisma-vectorizer: change the annotations of the schema and run `prisma generate`.'

/** Content of each file of the module, by its name. */
export function emitModule(specs: readonly AnySpec[], extension: ModuleExtension): Readonly<Record<string, string>> {
  if (extension !== 'js') return { [`index.${extension}`]: emitManifest(specs) }
  return { 'index.js': emitManifest(specs, ''), 'index.d.ts': emitDeclarations(specs) }
}

/** `assertion`: what TypeScript needs to keep the literals' types, and JavaScript does not know. */
export const emitManifest = (specs: readonly AnySpec[], assertion = ' as const'): string => `${derivedNotice}
import { createVectorizer, createVectorSql } from '@prisma-vectorizer/client'

${manifestComment}
export const manifest = ${JSON.stringify(manifestOf(specs), null, 2)}${assertion}

${vectorizerComment}
export const vectorizer = createVectorizer(manifest)

${vectorSqlComment}
export const vectorSql = createVectorSql(manifest)
`

const emitDeclarations = (specs: readonly AnySpec[]): string => `${derivedNotice}
import type { createVectorizer, createVectorSql } from '@prisma-vectorizer/client'

${manifestComment}
export declare const manifest: ${literalType(manifestOf(specs), '')}

${vectorizerComment}
export declare const vectorizer: ReturnType<typeof createVectorizer<typeof manifest>>

${vectorSqlComment}
export declare const vectorSql: ReturnType<typeof createVectorSql<typeof manifest>>
`

const manifestComment =
  '/** What the schema says, as data: the literal types of this value are the types of `findSimilar`. */'
const vectorizerComment = '/** The client extension: `new PrismaClient({ adapter }).$extends(vectorizer())`. */'
const vectorSqlComment =
  '/** Distances and store tables for `$queryRaw`: `const { cosineDistance } = vectorSql(Prisma)`. */'

const manifestOf = (specs: readonly AnySpec[]): Manifest => ({
  version: specVersion,
  vectorizers: specs.filter((spec) => spec.kind === 'vectorizer'),
  vectors: specs.filter((spec) => spec.kind === 'vector'),
})

/** The type that `as const` gives a value. */
function literalType(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = `${indent}  `
  const isList = Array.isArray(value)
  const members = isList
    ? value.map((item) => `${inner}${literalType(item, inner)},`)
    : Object.entries(value).map(([key, item]) => `${inner}readonly ${JSON.stringify(key)}: ${literalType(item, inner)}`)
  const [open, close] = isList ? ['readonly [', ']'] : ['{', '}']
  return members.length === 0 ? open + close : [open, ...members, indent + close].join('\n')
}
