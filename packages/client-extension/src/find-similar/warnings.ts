// What goes well but not as one would think: said once for each.
import type { AskedSearch } from './find-similar.ts'

export interface Warn {
  /** The distance asked for is not the one that the index serves. */
  ofDistance(asked: AskedSearch): void
}

/** `write` gets the whole message, its code first. */
export function createWarnings(write: (message: string) => void): Warn {
  const said = new Set<string>()
  return {
    ofDistance({ name, options: { search, distance, mode } }) {
      const { spec } = search
      if (mode.kind === 'keyword' || distance === spec.distance || spec.index.kind === 'none') return
      const about = `${name} ${spec.accessor} ${distance}`
      if (said.has(about)) return
      said.add(about)
      write(
        `VZ310 ${name}: the index of "${spec.accessor}" serves the distance ${spec.distance}, not ${distance}.\n` +
          '  why: The search computes every distance instead, which takes as long as the table is.\n' +
          `  fix: Annotate with \`distance: ${distance}\`, or narrow it with \`where\`.`,
      )
    },
  }
}
