// The fixture's posts with words to search for: a manifest with a full-text search, its index, and rows.
import { manifest } from '../fixture/manifest.ts'
import { fixtureSql } from './clients.ts'

/** The fixture's manifest, its posts with `textSearch`. */
export function manifestWithWords(textSearch: string): typeof manifest {
  const [posts, ...others] = manifest.vectorizers
  return { ...manifest, vectorizers: [{ ...posts, textSearch }, ...others] } as unknown as typeof manifest
}

/** As the generator's migration makes it. */
const textIndex = (textSearch: string) =>
  `CREATE INDEX "BlogPost_embedding_store_chunk_text_idx" ON "BlogPost_embedding_store"
    USING gin (to_tsvector('${textSearch}'::regconfig, "chunk"))`

export interface WordPost {
  readonly id: number
  readonly title: string
  readonly published?: boolean
  readonly chunks: readonly { readonly chunk: string; readonly vector: readonly number[] }[]
}

/** The fixture's tables with these posts and a full-text index. */
export async function wordsSql(posts: readonly WordPost[], textSearch = 'english'): Promise<string> {
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`
  const rows = posts.map(({ id, title, published = true }) => `(${id}, ${text(title)}, '', ${published})`)
  const chunks = posts.flatMap(({ id, chunks }) =>
    chunks.map(({ chunk, vector }, seq) => `(${id}, ${seq}, ${text(chunk)}, '${JSON.stringify(vector)}')`),
  )
  return `${await fixtureSql('tables')}
    INSERT INTO "BlogPost" ("id", "title", "content", "published") VALUES ${rows.join(', ')};
    INSERT INTO "BlogPost_embedding_store" ("id", "chunk_seq", "chunk", "embedding") VALUES ${chunks.join(', ')};
    ${textIndex(textSearch)};`
}
