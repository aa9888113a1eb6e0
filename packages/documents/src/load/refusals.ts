// The three ways a load ends badly, as coded errors.
import { isVectorizerError, VectorizerError } from '@prisma-vectorizer/spec'
import { shownAddress } from './shown-address.ts'

export function notAllowed(fact: string, fix: string): VectorizerError {
  return new VectorizerError('VZ601', {
    fact,
    why: 'The address comes from a row, so the worker reads only what its configuration lists.',
    fix,
  })
}

export function cannotLoad(fact: string, fix?: string, cause?: unknown): VectorizerError {
  return new VectorizerError('VZ602', { fact, fix, cause })
}

export function tooLarge(fact: string): VectorizerError {
  return new VectorizerError('VZ603', {
    fact,
    why: 'A document is held in memory while it is read.',
    fix: 'Raise `maxBytes`, or store the document in parts.',
  })
}

/** Whatever loading `uri` threw, as VZ602; coded errors stay as they are. */
export function loadFailure(uri: string, cause: unknown): VectorizerError {
  if (isVectorizerError(cause)) return cause
  return cannotLoad(`${shownAddress(uri)} cannot be loaded: ${reasonOf(cause)}`, undefined, cause)
}

/** Node's error for a host with several addresses has an empty message; the first of its errors then says most. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === '') return reasonOf(cause.errors[0])
  if (!(cause instanceof Error)) return String(cause)
  return /[.!?]$/u.test(cause.message) ? cause.message : `${cause.message || cause.name}.`
}
