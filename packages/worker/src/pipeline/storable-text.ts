// Text as PostgreSQL and every provider can take it.

// ES2024, and in every Node we support; its types are not in the ES2023 library we compile against.
type WellFormed = string & { isWellFormed(): boolean }

/** NULL is empty. NUL, which a text column cannot hold, and half surrogate pairs become U+FFFD. */
export function storable(text: string | null): string {
  if (text === null) return ''
  if (!text.includes('\0') && (text as WellFormed).isWellFormed()) return text
  return text.replace(/[\0\p{Surrogate}]/gu, '\ufffd')
}
