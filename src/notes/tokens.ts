import { inOneGo, type Slices } from '../slices.ts'

/** One word or sign of a text. */
export type Token = {
  readonly start: number
  readonly end: number /** As compared: lower case, without accents, ligatures and joins. */
  readonly norm: string
}

/** Soft hyphens and zero-width joins stand inside words and mean nothing. */
const PATTERN = /[\p{L}\p{N}\p{M}\u00AD\u200B-\u200D\uFEFF]+(?:['’][\p{L}\p{M}]+)*|[^\s\p{L}\p{N}\p{M}\u00AD\u200B-\u200D\uFEFF]/gu
const PLAIN = /^[a-z0-9']+$/
const NOTHING = /[\p{M}\u00AD\u200B-\u200D\uFEFF]+/gu

const normalise = (word: string): string => {
  const low = word.toLowerCase()
  return PLAIN.test(low) ? low : low.normalize('NFKD').replace(NOTHING, '').replaceAll('’', "'").replaceAll('ß', 'ss')
}

/** Tokens made between two pauses. */
const SLICE = 5000

/** Words and signs of a text in their order, in time linear in its length. */
export function* tokensInSlices(text: string): Slices<Token[]> {
  const tokens: Token[] = []
  let since = 0
  for (const match of text.matchAll(PATTERN)) {
    const norm = normalise(match[0])
    if (norm !== '') tokens.push({ start: match.index, end: match.index + match[0].length, norm })
    if (++since % SLICE === 0) yield
  }
  return tokens
}

export const tokenize = (text: string): Token[] => inOneGo(tokensInSlices(text))

/** A word or a number, as against a sign. */
export const isWord = ({ norm }: Token): boolean => /[\p{L}\p{N}]/u.test(norm)
