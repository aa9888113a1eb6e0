// Errors as the AI SDK throws them.

export function apiError(statusCode: number, headers: Readonly<Record<string, string>> = {}): Error {
  const isRetryable = statusCode === 408 || statusCode === 409 || statusCode === 429 || statusCode >= 500
  return Object.assign(new Error(`status ${statusCode}`), { statusCode, isRetryable, responseHeaders: headers })
}
