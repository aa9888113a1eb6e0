// Failures as values, so that a test can look at more than the message.
import { isVectorizerError, type VectorizerError } from '../../src/index.ts'

/** The coded error `work` throws; anything else fails the test. */
export function caught(work: () => unknown): VectorizerError {
  try {
    work()
  } catch (error) {
    return coded(error)
  }
  throw new Error('nothing was thrown')
}

/** The coded error `work` rejects with; anything else fails the test. */
export async function rejected(work: Promise<unknown>): Promise<VectorizerError> {
  return work.then(() => Promise.reject(new Error('nothing was thrown')), coded)
}

function coded(error: unknown): VectorizerError {
  if (isVectorizerError(error)) return error
  throw error
}
