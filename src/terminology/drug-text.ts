/** A word of a text, and how it was joined to the word before it. */
export type Word = { readonly text: string; readonly joined: '-' | '/' | '' }

/** A strength that is run together with the name before it: `Plavix75mg`. Tried at the beginning of a word only: else a long one takes its square. */
const RUN_TOGETHER = /(?<!\p{L})(\p{L}{4,})(?=\d+(?:[.,]\d+)?\s*(?:mg|mcg|ug|g|ml)(?!\p{L}))/gu

/** `Aspirin/dipyridamole 200 mg` -> aspirin, dipyridamole, 200, mg. */
export const wordsOf = (text: string): Word[] =>
  [
    ...text
      .toLowerCase()
      .normalize('NFKC')
      .replaceAll('’', "'")
      .replace(RUN_TOGETHER, '$1 ')
      .matchAll(/(-|\/\s*)?([\p{L}\p{N}]+)/gu),
  ].map(([, join = '', word = '']) => ({
    text: word,
    joined: join === '-' ? '-' : join === '' ? '' : '/',
  }))

/** Prefixes that make another substance of a name when joined by a hyphen: `nor-codeine` is not codeine. */
const MAKES_ANOTHER = new Set([
  'nor',
  'des',
  'desmethyl',
  'dex',
  'dextro',
  'levo',
  'es',
  'ar',
  'hydroxy',
  'hydro',
  'dihydro',
  'oxy',
  'homo',
  'pro',
  'fos',
  'non',
  'anti',
])
const DENIES = new Set(['without', 'no', 'not', 'non'])

/** `partOnly`: too common a word; counts only as a part of a product's name with its own strength (`/ Potassium 43.3 MG/ML`). */
type Entry<T> = { readonly words: readonly string[]; readonly value: T; readonly partOnly: boolean }
export type NameIndex<T> = ReadonlyMap<string, readonly Entry<T>[]>

/** Names by their first word, longest names first. */
export const indexNames = <T>(names: Iterable<readonly [name: string, value: T, partOnly?: boolean]>): NameIndex<T> => {
  const index = new Map<string, Entry<T>[]>()
  for (const [name, value, partOnly = false] of names) {
    const words = wordsOf(name).map((word) => word.text)
    const first = words[0]
    if (first === undefined) continue
    index.set(
      first,
      [...(index.get(first) ?? []), { words, value, partOnly }].sort((left, right) => right.words.length - left.words.length),
    )
  }
  return index
}

const isPart = (words: readonly Word[], at: number, length: number): boolean =>
  (at === 0 || words[at]?.joined === '/') && /^\d/.test(words[at + length]?.text ?? '')

const fitsAt = <T>(words: readonly Word[], at: number, entry: Entry<T>): boolean =>
  entry.words.every((word, offset) => words[at + offset]?.text === word) && (!entry.partOnly || isPart(words, at, entry.words.length))

const isDenied = (words: readonly Word[], at: number, length: number): boolean => {
  const before = words[at - 1]?.text
  const joined = words[at]?.joined === '-'
  if (before !== undefined && joined && MAKES_ANOTHER.has(before)) return true
  if (before !== undefined && DENIES.has(before)) return true
  return words[at + length]?.text === 'free'
}

/**
 * Values whose names stand in the text as whole words, in the order of the text.
 * The longest name at a place wins; a name that is denied (`without codeine`, `codeine-free`) is passed over.
 */
export const findNames = <T>(text: string, index: NameIndex<T>): T[] => {
  const words = wordsOf(text)
  const found: T[] = []
  let at = 0
  while (at < words.length) {
    const entry = index.get(words[at]?.text ?? '')?.find((candidate) => fitsAt(words, at, candidate))
    if (entry === undefined) {
      at += 1
      continue
    }
    if (!isDenied(words, at, entry.words.length)) found.push(entry.value)
    at += entry.words.length
  }
  return found
}

/** The value whose name the text begins with; null when it begins with none. */
export const nameAtStart = <T>(text: string, index: NameIndex<T>): T | null => {
  const words = wordsOf(text)
  return (
    index.get(words[0]?.text ?? '')?.find((candidate) => fitsAt(words, 0, candidate) && !isDenied(words, 0, candidate.words.length))
      ?.value ?? null
  )
}
