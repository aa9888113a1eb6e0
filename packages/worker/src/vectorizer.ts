// A registry row made ready for work: real table names, the splitter and the template compiled once.
import { InternalError, objectNames, quoteTable, type VectorizerSpec, vectorizerSchema } from '@prisma-vectorizer/spec'
import { type ChunkerContext, createChunker, type SplitText } from './pipeline/chunk.ts'
import { createFormatter, type FormatChunk } from './pipeline/format.ts'

export interface TableName {
  readonly schema: string
  readonly table: string
}

export interface Vectorizer {
  /** For people: `BlogPost.contentEmbeddings`. */
  readonly label: string
  /** In the registry: `BlogPost_embedding_store`. */
  readonly name: string
  readonly spec: VectorizerSpec
  /** The spec as the registry has it, in JSON. */
  readonly registered: string
  readonly paused: boolean
  /** Quoted, as the tables are named today. */
  readonly source: string
  /** The source itself where the vectors are a column of it. */
  readonly store: string
  readonly queue: string
  /** Where the extension lives: it need not be on the search path. */
  readonly vectorSchema: string
  readonly vectorTypeOid: number
  /** Whether the field is `bytea`. */
  readonly isBytes: boolean
  /** Whether the text has first to be taken out of something. */
  readonly holdsDocuments: boolean
  readonly splitText: SplitText
  readonly formatChunk: FormatChunk
}

export interface VectorizerPlace {
  readonly source: TableName
  readonly store: TableName
  readonly vectorSchema: string
  readonly vectorTypeOid: number
  readonly paused: boolean
  /** Type of the text column: `text`, `varchar`, `bytea`. */
  readonly textType: string | null
  readonly registered: string
  /** Undefined: nothing is chunked, and the splitter need not be there. */
  readonly chunking: ChunkerContext | undefined
}

export const labelOf = (spec: Pick<VectorizerSpec, 'accessor' | 'source'>): string =>
  `${spec.source.model}.${spec.accessor}`

/** Documents are large, and those of a batch are in memory together: pgai takes one at a time. */
const mostDocuments = 10

/** Rows of it to claim at once: what the annotation says, or else what the worker does. */
export const batchSizeOf = ({ spec, holdsDocuments }: Vectorizer, otherwise: number): number =>
  spec.batchSize ?? (holdsDocuments ? Math.min(otherwise, mostDocuments) : otherwise)

/** Throws VZ106, VZ107 and VZ519 for a template or a chunking that cannot be compiled. */
export function compileVectorizer(spec: VectorizerSpec, place: VectorizerPlace): Vectorizer {
  return {
    label: labelOf(spec),
    name: spec.name,
    spec,
    registered: place.registered,
    paused: place.paused,
    source: quoteTable(place.source),
    store: quoteTable(place.store),
    queue: quoteTable({ schema: vectorizerSchema, table: objectNames(spec).queue }),
    vectorSchema: place.vectorSchema,
    vectorTypeOid: place.vectorTypeOid,
    isBytes: place.textType === 'bytea',
    holdsDocuments: holdsDocuments(spec, place.textType),
    splitText: place.chunking ? createChunker(spec.chunking, place.chunking) : notChunking,
    formatChunk: createFormatter(spec),
  }
}

const notChunking: SplitText = () => {
  throw new InternalError('A vectorizer that was read for its tables alone is asked to chunk')
}

/** `auto` and `none` on a text column are the text itself. */
const holdsDocuments = ({ source: { loading, parsing } }: VectorizerSpec, textType: string | null): boolean =>
  loading === 'uri' || !(parsing === 'auto' || parsing === 'none') || textType === 'bytea'
