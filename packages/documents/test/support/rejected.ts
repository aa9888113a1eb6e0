// Failures as values, so that a test can look at more than the message.
import { isVectorizerError, type VectorizerError } from '@prisma-vectorizer/spec'

/** The coded error `work` rejects with; anything else fails the test. */
export async function rejected(work: Promise<unknown>): Promise<VectorizerError> {
  const outcome = await work.then(
    () => new Error('nothing was thrown'),
    (error: unknown) => error,
  )
  if (isVectorizerError(outcome)) return outcome
  throw outcome
}
