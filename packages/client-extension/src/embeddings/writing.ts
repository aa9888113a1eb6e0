// Methods that write vectors which the application brings.
import type { Method } from './method-context.ts'

export const writingMethods: Readonly<Record<string, Method>> = {}
