// Texts of several paragraphs, and what people do to them.
import type { Random } from './random.ts'

/** A text with this word is refused by the provider, always. */
export const poison = 'poison'

/** A text with this word is answered wrongly until the provider is healthy, always in the same way. */
export const mirage = 'mirage'

const words = [
  'index', 'vacuum', 'lease', 'queue', 'tuple', 'page', 'buffer', 'snapshot', 'commit', 'café', 'naïve', 'Straße', '向量', '🦜', "it's",
  '$1', '%s', '\\', '"quoted"', 'a-b', 'x=y', 'NULL', '{1,2}', 'recall', 'graph', 'layer',
] // biome-ignore format: a list
const endings = ['.', '.', '.', '?', '!', ';'] as const

const sentence = (random: Random): string =>
  `${Array.from({ length: random.between(2, 9) }, () => random.pick(words)).join(' ')} ${random.between(0, 9_999)}${random.pick(endings)}`

export const paragraph = (random: Random): string => {
  const sentences = Array.from({ length: random.between(1, 4) }, () => sentence(random))
  if (random.once(70)) sentences.push(`${random.pick([poison, mirage])} ${sentence(random)}`)
  return sentences.join(' ')
}

export const text = (random: Random): string | null => {
  if (random.once(40)) return null
  if (random.once(40)) return random.pick(['', ' ', '\n\n \t', '\u00a0'])
  return Array.from({ length: random.between(1, 7) }, () => paragraph(random)).join('\n\n')
}

/** Also null, empty, and now and then refused. */
export const title = (random: Random): string | null =>
  random.weighted({ plain: 30, null: 1, empty: 1, refused: 0.2 }) === 'plain'
    ? `${random.pick(words)} ${random.between(0, 999)}`
    : random.pick([null, '', `${poison} ${random.between(0, 99)}`])

/** What an author makes of `before`. Most edits leave most paragraphs as they are. */
export function edited(random: Random, before: string | null): string | null {
  const paragraphs = (before ?? '').split('\n\n')
  const place = random.between(0, paragraphs.length - 1)
  const edit = random.weighted({
    append: 6,
    prepend: 4,
    replace: 6,
    swap: 3,
    repeat: 1,
    shorten: 4,
    whitespace: 1,
    null: 1,
    empty: 1,
    rewrite: 2,
    same: 2,
  })
  switch (edit) {
    case 'append':
      return [...paragraphs, paragraph(random)].slice(-12).join('\n\n')
    case 'prepend':
      return [paragraph(random), ...paragraphs].slice(0, 12).join('\n\n')
    case 'replace':
      return paragraphs.with(place, paragraph(random)).join('\n\n')
    case 'swap':
      return paragraphs.toReversed().join('\n\n')
    case 'repeat':
      return paragraphs
        .toSpliced(place, 0, paragraphs[place] as string)
        .slice(0, 12)
        .join('\n\n')
    case 'shorten':
      return paragraphs.toSpliced(place, 2).join('\n\n')
    case 'whitespace':
      return random.pick([' ', '\n', '\t\t'])
    case 'null':
      return null
    case 'empty':
      return ''
    case 'rewrite':
      return text(random)
    case 'same':
      return before
  }
}
