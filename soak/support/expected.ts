// f(source): what the stores must hold, from the source alone. Shares nothing with the worker but the splitters, which have
// tests of their own.
import type { VectorizerSpec } from '@prisma-vectorizer/spec'
import type pg from 'pg'
import { createChunker } from '../../packages/worker/src/pipeline/chunk.ts'
import { noteBody, postContent, postSummary } from './tables.ts'
import { poison } from './texts.ts'

export interface Expected {
  /** `["7"]`: each part of the key as text. */
  readonly key: string
  readonly chunks: readonly string[]
  /** The provider refuses one of the chunks, so the row stays in the queue, given up. */
  readonly refused: boolean
}

interface Post {
  readonly id: string
  readonly title: string | null
  readonly published: boolean
  readonly content: string | null
  readonly summary: string | null
}

interface Note {
  readonly tenant: string
  readonly slug: string
  readonly archived: boolean
  readonly body: string | null
}

const expect = (key: readonly string[], chunks: readonly string[]): Expected => ({
  key: JSON.stringify(key),
  chunks,
  refused: chunks.some((chunk) => chunk.includes(poison)),
})

/** By key. */
export type ExpectedRows = ReadonlyMap<string, Expected>

/** What each vectorizer must have made of the source as it is. */
export async function readExpected(client: pg.Client): Promise<ReadonlyMap<VectorizerSpec, ExpectedRows>> {
  const splitPost = createChunker(postContent.chunking)
  const splitNote = createChunker(noteBody.chunking)
  const contents = new Map<string, Expected>()
  const summaries = new Map<string, Expected>()
  const bodies = new Map<string, Expected>()
  const posts = await client.query<Post>('select id::text, title, published, content, summary from "BlogPost"')
  for (const { id, title, published, content, summary } of posts.rows) {
    const parts = await splitPost(content ?? '')
    const row = expect(
      [id],
      parts.map((part) => `${title ?? ''} - ${part}`),
    )
    contents.set(row.key, row)
    summaries.set(row.key, expect([id], published && summary?.trim() ? [summary] : []))
  }
  const notes = await client.query<Note>('select tenant::text, slug, archived, body from "Note"')
  for (const { tenant, slug, archived, body } of notes.rows) {
    const row = expect([tenant, slug], archived ? [] : await splitNote(body ?? ''))
    bodies.set(row.key, row)
  }
  return new Map([
    [postContent, contents],
    [postSummary, summaries],
    [noteBody, bodies],
  ])
}
