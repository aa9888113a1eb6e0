// OpenTelemetry's API, where the application has it: an optional peer, which does nothing until an SDK is registered.

export type OpenTelemetry = typeof import('@opentelemetry/api')

/** Undefined where it is not installed, or cannot be loaded: embedding does not depend on it. */
export async function loadOpenTelemetry(): Promise<OpenTelemetry | undefined> {
  try {
    return await import('@opentelemetry/api')
  } catch {
    return undefined
  }
}
