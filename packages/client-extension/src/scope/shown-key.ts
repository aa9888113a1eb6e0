// The key of rows that are read for the caller: always read, shown only where they asked for it.

export interface ShownFields {
  readonly select?: Readonly<Record<string, unknown>> | null | undefined
  readonly omit?: Readonly<Record<string, unknown>> | null | undefined
}

export interface WithKey {
  /** Replaces `select` and `omit` of the arguments. */
  readonly shown: object
  /** What was not asked for. */
  readonly hidden: readonly string[]
}

/** `globallyOmitted`: fields the client leaves out by itself (`new PrismaClient({ omit })`). */
export function withKey(
  { select, omit }: ShownFields,
  key: readonly string[],
  globallyOmitted: ReadonlySet<string>,
): WithKey {
  const hidden = key.filter((field) => (select ? !select[field] : isOmitted(field, omit, globallyOmitted)))
  if (hidden.length === 0) return { shown: {}, hidden }
  const each = (value: boolean) => Object.fromEntries(hidden.map((field) => [field, value]))
  return { shown: select ? { select: { ...select, ...each(true) } } : { omit: { ...omit, ...each(false) } }, hidden }
}

/** Not deleted: a result extension computes its fields when they are first read, maybe from the key. */
export function hideFields(row: object, hidden: readonly string[]): void {
  for (const field of hidden) Object.defineProperty(row, field, { enumerable: false })
}

/** An `undefined` of the caller's counts for Prisma: it shows what the client leaves out by itself. */
export const isOmitted = (field: string, omit: ShownFields['omit'], globallyOmitted: ReadonlySet<string>): boolean =>
  omit && field in omit ? Boolean(omit[field]) : globallyOmitted.has(field)
