// Changes to the lines of a file, collected by the line numbers of the original, so that no change moves another.

export class LineEdits {
  readonly #lines: readonly string[]
  readonly #replaced = new Map<number, string | null>()
  readonly #added = new Map<number, readonly string[]>()

  constructor(content: string) {
    this.#lines = content.split('\n')
  }

  /** Without its line end. */
  line(number: number): string {
    return (this.#lines[number] ?? '').replace(/\r$/u, '')
  }

  /** `null` removes the line. */
  replace(number: number, text: string | null): void {
    this.#replaced.set(number, text)
  }

  addBehind(number: number, texts: readonly string[]): void {
    this.#added.set(number, [...(this.#added.get(number) ?? []), ...texts])
  }

  /** Lines that are added or replaced end as their neighbour does. */
  content(): string {
    return this.#lines
      .flatMap((original, number) => {
        const end = original.endsWith('\r') ? '\r' : ''
        const replaced = this.#replaced.get(number)
        const own = replaced === undefined ? [original] : replaced === null ? [] : [replaced + end]
        return [...own, ...(this.#added.get(number) ?? []).map((text) => text + end)]
      })
      .join('\n')
  }
}
