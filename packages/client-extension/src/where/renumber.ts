// Placeholders of one statement, moved behind those of another.

// Quoted names and strings are matched first, so that a `$1` inside them is left alone.
const tokens = /"(?:[^"]|"")*"|'(?:[^']|'')*'|\$(\d+)/g

/** `$1` → `$<1 + offset>`, and so on. */
export const renumber = (sql: string, offset: number): string => replacePlaceholders(sql, (n) => `$${n + offset}`)

export function replacePlaceholders(sql: string, replace: (number: number) => string): string {
  return sql.replaceAll(tokens, (token, digits?: string) => (digits ? replace(Number(digits)) : token))
}
