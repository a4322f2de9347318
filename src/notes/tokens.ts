import { inOneGo, type Slices } from '../slices.ts'

/** One word or sign of a text. */
export type Token = {
  readonly start: number
  readonly end: number /** As compared: lower case, without accents, ligatures and joins. */
  readonly norm: string
}

/** A gap, a word or a sign: one of them stands at every place. Soft hyphens and zero-width joins stand inside words and mean nothing. */
const PATTERN =
  /[^\S\uFEFF]+|[\p{L}\p{N}\p{M}\u00AD\u200B-\u200D\uFEFF]+(?:['’][\p{L}\p{M}]+)*|[^\s\p{L}\p{N}\p{M}\u00AD\u200B-\u200D\uFEFF]/uy
const GAP = /^[^\S\uFEFF]/
/** ASCII has no accents, ligatures or joins. */
const PLAIN = /^[!-~]+$/
const NOTHING = /[\p{M}\u00AD\u200B-\u200D\uFEFF]+/gu

/** A longer run of letters is no word: it is told apart by its beginning and its length, which no word of a table looks like. */
const LONGEST_WORD = 200

const normalise = (word: string): string =>
  word.length > LONGEST_WORD ? `${plainForm(word.slice(0, LONGEST_WORD))}…${word.length}` : plainForm(word)

const plainForm = (word: string): string => {
  const low = word.toLowerCase()
  return PLAIN.test(low) ? low : low.normalize('NFKD').replace(NOTHING, '').replaceAll('’', "'").replaceAll('ß', 'ss')
}

/** Tokens made between two pauses. */
const SLICE = 5000

/** Words and signs of a text in their order, in time linear in its length. */
export function* tokensInSlices(text: string): Slices<Token[]> {
  const tokens: Token[] = []
  const pattern = new RegExp(PATTERN) // it keeps its place over the pauses
  let since = 0
  for (let start = 0; pattern.test(text); start = pattern.lastIndex) {
    const end = pattern.lastIndex
    const piece = text.slice(start, end)
    const norm = GAP.test(piece) ? '' : normalise(piece)
    if (norm !== '') tokens.push({ start, end, norm })
    if (++since % SLICE === 0) yield
  }
  return tokens
}

export const tokenize = (text: string): Token[] => inOneGo(tokensInSlices(text))

/** A word or a number, as against a sign. */
export const isWord = ({ norm }: Token): boolean => /[\p{L}\p{N}]/u.test(norm)
