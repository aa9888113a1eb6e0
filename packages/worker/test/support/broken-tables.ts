// A table of chunks and a column of vectors as our migrations make them, and how a test breaks and mends them.
import { expect, it } from 'vitest'
import { migrationSql, specsOfSchema } from '../../../../test/support/schema-sql.ts'
import { renderSql } from '../../src/doctor/render.ts'
import { findingsOf, named, type Run } from './examine.ts'

const schema = `model BlogPost {
  id        Int      @id @default(autoincrement())
  title     String
  published Boolean  @default(false)
  rank      Int      @default(0)
  /// @vectorizer(dimensions: 3, model: "local/hash", template: "$title - $chunk", where: published = true and rank < 9, view: "post_chunks", textSearch: english)
  content   String?
}

model Note {
  id        Int      @id @default(autoincrement())
  /// @vectorizer(dimensions: 3, model: "local/hash", destination: column(embedding), chunking: none, index: hnsw(halfvec: false))
  text      String
  embedding Unsupported("vector(3)")?

  @@index([embedding], map: "Note_embedding_vector_idx")
}
`
const tables = `CREATE TABLE "BlogPost" ("id" SERIAL NOT NULL, "title" TEXT NOT NULL, "published" BOOLEAN NOT NULL DEFAULT false,
  "rank" INTEGER NOT NULL DEFAULT 0, "content" TEXT, CONSTRAINT "BlogPost_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Note" ("id" SERIAL NOT NULL, "text" TEXT NOT NULL, "embedding" vector(3), CONSTRAINT "Note_pkey" PRIMARY KEY ("id"));`
export const specs = specsOfSchema(schema)
export const made = `CREATE EXTENSION vector; ${tables} ${migrationSql(specs, { tables })}`

export const store = '"BlogPost_embedding_store"'
export const index = '"BlogPost_embedding_store_embedding_vector_idx"'
export const textIndex = '"BlogPost_embedding_store_chunk_text_idx"'
export const ours = (name: string) => `vectorizer."BlogPost_embedding_store_${name}"`
export const trigger = (name: string) => `"vectorizer_${name}_BlogPost_embedding_store"`

/** What is broken, how, what is found, and what of it the facts say. */
export type Case = readonly [what: string, breaks: string, findings: readonly string[], says: string]

/** Each is found alone, and gone once the SQL that mends it has run. */
export const findsAndMends = (run: Run, cases: readonly Case[]) =>
  it.each(cases)('%s, and mends it', async (_, breaks, expected, says) => {
    await run(breaks)
    const findings = await findingsOf(run)
    expect(named(findings)).toEqual(expected)
    expect(findings[0]?.fact).toContain(says)
    for (const { fix } of findings) expect(fix).not.toBe('')
    await run(renderSql(findings))
    expect(await findingsOf(run)).toEqual([])
  })

/** Each is found alone; what mends it is not for SQL. */
export const finds = (run: Run, cases: readonly Case[]) =>
  it.each(cases)('%s', async (_, breaks, expected, says) => {
    await run(breaks)
    const findings = await findingsOf(run)
    expect(named(findings)).toEqual(expected)
    expect(findings.map(({ fact }) => fact).join(' ')).toContain(says)
    for (const { fix } of findings) expect(fix).not.toBe('')
  })
