// Schema text in memory, through the same stages as the generator's.
import {
  type AnySpec,
  isVectorizerError,
  type VectorFieldSpec,
  type VectorizerError,
  type VectorizerSpec,
} from '@prisma-vectorizer/spec'
import { checkDatasource } from '../../src/read/datasource.ts'
import { type Datamodel, parseDatamodel } from '../../src/read/dmmf.ts'
import { type AnnotationText, type SchemaText, scanSchema } from '../../src/read/scan-annotations.ts'
import { resolveSpecs } from '../../src/resolve/resolve-specs.ts'

const datasource = '\ndatasource db {\n  provider = "postgresql"\n}\n'

/** One file, or several by their path; a datasource is added behind where there is none, so that lines stay as written. */
export function scan(content: string | Readonly<Record<string, string>>): SchemaText {
  const texts = typeof content === 'string' ? { 'schema.prisma': content } : content
  return scanSchema(
    Object.entries(texts).map(([path, text]) => ({ path, absolutePath: `/app/${path}`, content: text })),
  )
}

export const annotationsOf = (content: string): readonly AnnotationText[] => scan(content).annotations

function datamodelOf(content: string): { schema: SchemaText; datamodel: Datamodel } {
  const schema = scan(/^datasource /mu.test(content) ? content : content + datasource)
  const datamodel = parseDatamodel(schema)
  if (!datamodel) throw new Error(`Prisma cannot read this schema:\n${content}`)
  return { schema, datamodel }
}

/** Of both kinds. */
export function anySpecsOf(content: string): readonly AnySpec[] {
  const { schema, datamodel } = datamodelOf(content)
  checkDatasource(schema)
  return resolveSpecs(schema.annotations, datamodel)
}

export const specsOf = (content: string): readonly VectorizerSpec[] =>
  anySpecsOf(content).filter((spec) => spec.kind === 'vectorizer')

export function specOf(content: string): VectorizerSpec {
  const [spec] = specsOf(content)
  if (!spec) throw new Error(`no vectorizer in:\n${content}`)
  return spec
}

export function vectorOf(content: string): VectorFieldSpec {
  const spec = anySpecsOf(content).find((one) => one.kind === 'vector')
  if (!spec) throw new Error(`no @vector in:\n${content}`)
  return spec
}

/** A model `BlogPost` whose `content` has these arguments. */
export const blogPost = (args: string): string => `model BlogPost {
  id      Int    @id @default(autoincrement())
  title   String
  /// @vectorizer(${args})
  content String
}
`

/** The error that `work` must throw. */
export function failureOf(work: () => unknown): VectorizerError {
  try {
    work()
  } catch (error) {
    if (isVectorizerError(error)) return error
    throw error
  }
  throw new Error('no error was thrown')
}

export const messageOf = (content: string): string => failureOf(() => anySpecsOf(content)).message
