// SQL text → statements → tokens: enough of PostgreSQL's lexical rules that no comment, string or function body is taken
// for a statement. A whole parser (libpg-query, 1.4 MB of WebAssembly) would be in every `prisma generate`.

const token =
  /(--[^\n]*|\/\*[\s\S]*?\*\/|\s+)|e'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$)[\s\S]*?\2|\w+|./giu

/** The tokens of each statement, without white space, comments and the semicolon. */
export function statementsOf(sql: string): readonly (readonly string[])[] {
  const statements: string[][] = [[]]
  for (const [text, blank] of sql.matchAll(token)) {
    if (blank !== undefined) continue
    if (text === ';') statements.push([])
    else statements.at(-1)?.push(text)
  }
  return statements.filter((statement) => statement.length > 0)
}

/** The parts between commas that stand in no parentheses. */
export function commaParts(tokens: readonly string[]): readonly (readonly string[])[] {
  const parts: string[][] = [[]]
  let depth = 0
  for (const text of tokens) {
    if (text === '(') depth++
    if (text === ')') depth--
    if (text === ',' && depth === 0) parts.push([])
    else parts.at(-1)?.push(text)
  }
  return parts
}

/** Index of the parenthesis that closes the one `tokens` begins with; -1 where they begin with none. */
export function closingParenthesis(tokens: readonly string[]): number {
  if (tokens[0] !== '(') return -1
  let depth = 0
  return tokens.findIndex((text) => {
    if (text === '(') depth++
    if (text === ')') depth--
    return depth === 0
  })
}

/** Reads a statement from its start. */
export class TokenReader {
  readonly #tokens: readonly string[]
  #at = 0

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }

  /** Steps over `words` if all of them come next. */
  take(...words: readonly string[]): boolean {
    const found = words.every((word, index) => this.#tokens[this.#at + index]?.toLowerCase() === word)
    if (found) this.#at += words.length
    return found
  }

  /** `"Name"` as it is, `Name` in lower case, as PostgreSQL reads them. Undefined where no name comes next. */
  name(): string | undefined {
    const text = this.#tokens[this.#at]
    if (text === undefined || !/^["\w]/u.test(text)) return undefined
    this.#at++
    return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase()
  }

  /** `table` or `schema.table`. */
  tableName(): { readonly schema: string | null; readonly table: string } | undefined {
    const first = this.name()
    const second = first !== undefined && this.take('.') ? this.name() : undefined
    if (first === undefined) return undefined
    return second === undefined ? { schema: null, table: first } : { schema: first, table: second }
  }

  rest(): readonly string[] {
    return this.#tokens.slice(this.#at)
  }
}
