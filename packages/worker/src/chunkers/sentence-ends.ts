// Where ICU ends a sentence and a reader would not: after "Dr.", inside a quotation, at the end of a line.

const abbreviations: Readonly<Record<string, string>> = {
  '': 'Dr Prof St No Nr Fig Vol vs cf ca approx',
  en: 'Mr Mrs Ms Jr Sr Gen Col Capt Lt Sgt Rev Hon Sen Rep Gov Mt Inc Ltd Co Eq Sec Ch pp',
  de: 'Hr Fr Abs Art Abb Bd Bspw bspw Str Tel bzw vgl evtl ggf inkl sog usw Mio Mrd',
  fr: 'M MM Mme Mlle Mgr art chap env p',
  es: 'Sr Sra Srta Dra Ud Uds pág art',
  it: 'Sig Dott Avv Ing art pag',
  pt: 'Sr Sra Dra art pág',
}

/**
 * A function from a text to one as long in which the marks and line ends that end no sentence are hidden from ICU.
 * Two sentences taken for one cost little where several are packed into a chunk; a sentence cut in two costs its sense.
 */
export function hideFalseEnds(locale: string): (text: string) => string {
  const known = [abbreviations[''], abbreviations[new Intl.Locale(locale).language]].filter((words) => words)
  const words = known.join(' ').replaceAll(' ', '|')
  // Also initials and letters with points: "J. R. R. Tolkien", "e.g. this", "z.B.".
  const abbreviation = new RegExp(`(?<![\\p{L}\\p{N}.])(?:(?:${words})\\.|(?:\\p{L}\\.){1,8})(?= )`, 'gu')

  return (text) =>
    text
      .replace(lineEnd, (found, onlyLine: string | undefined) => (onlyLine === undefined ? found : spaces(found)))
      .replace(abbreviation, (found) => found.replaceAll('.', '_'))
      .replace(quotation, (found) => found.slice(0, -2).replace(marks, '_') + found.slice(-2))
      .replace(goesOn, (found) => '_'.repeat(found.length))
}

/** Blank lines, and lines that start a list's item, a heading or a quotation, keep apart what stands before them. */
const lineEnd = /\r?\n(?:[^\S\n]*\n)+|\r?\n(?=[^\S\n]*(?:[-*+•#>|]+|\d{1,3}[.)])\s)|(\r?\n)/gu

/** In one paragraph, and short: a quotation mark may as well be an inch. */
const quotation =
  /(?<![\p{L}\p{N}])"[^"\n]{2,300}"(?![\p{L}\p{N}])|“[^”\n]{2,300}”|«[^»\n]{2,300}»|„[^“”\n]{2,300}[“”]/gu
const marks = /[.!?。！？]/gu

/** A small letter starts no sentence: "Is it?" she said. */
const goesOn = /[!?]+(?=["'”’»)\]]* \p{Ll})/gu

const spaces = (found: string) => ' '.repeat(found.length)
