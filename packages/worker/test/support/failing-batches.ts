// Two vectorizers, `BlogPost.contentEmbeddings` and `Author.bioEmbeddings`, and batches of the first that fail.
import { VectorizerError } from '@prisma-vectorizer/spec'
import type { Blog } from './blog.ts'
import { always, fakeEmbedder } from './fake-embedders.ts'
import { author, authorTable, blogPost, blogPostTable, installVectorizer } from './vectorizers.ts'

export const label = 'BlogPost.contentEmbeddings'
export const queue = 'vectorizer."BlogPost_embedding_store_queue"'

export const twoVectorizers = [blogPostTable, installVectorizer(blogPost), authorTable, installVectorizer(author)].join(
  '\n',
)

export const empty = `TRUNCATE "BlogPost" RESTART IDENTITY CASCADE; TRUNCATE people.authors CASCADE; TRUNCATE ${queue};
  TRUNCATE vectorizer.authors_embedding_store_queue, vectorizer.error, vectorizer.progress`

/** One batch with `embedder`. */
export async function batchOf(blog: Blog, embedder = fakeEmbedder(), options: { readonly maxAttempts?: number } = {}) {
  const worker = blog.worker({ embedder: always(embedder), ...options })
  try {
    return await worker.processBatch(label)
  } finally {
    await worker.stop()
  }
}

export const failing = (error: unknown) =>
  fakeEmbedder(() => {
    throw error
  })

export const noKey = new VectorizerError('VZ406', { fact: 'OPENAI_API_KEY is not set.' })
