import { type Token, tokenize } from './tokens.ts'

type Node<T> = { readonly next: Map<string, Node<T>>; readonly ends: T[] }

/** Phrases by their words; looking up at one place costs no more than the longest phrase. */
export type PhraseTree<T> = { readonly root: Node<T> }

const node = <T>(): Node<T> => ({ next: new Map(), ends: [] })

export const makePhraseTree = <T>(phrases: Iterable<readonly [phrase: string, value: T]>): PhraseTree<T> => {
  const root = node<T>()
  for (const [phrase, value] of phrases) {
    let at = root
    for (const { norm } of tokenize(phrase)) {
      const known = at.next.get(norm) ?? node<T>()
      at.next.set(norm, known)
      at = known
    }
    if (at !== root) at.ends.push(value)
  }
  return { root }
}

/** English plurals of the words of a phrase: `fevers`, `biopsies`, `masses`. */
const SINGULAR: readonly (readonly [RegExp, string])[] = [
  [/ies$/, 'y'],
  [/(?<=ss|sh|ch|x)es$/, ''],
  [/s$/, ''],
]

const singulars = (word: string): string[] =>
  word.length < 5 ? [] : SINGULAR.flatMap(([end, put]) => (end.test(word) ? [word.replace(end, put)] : []))

export type Found<T> = {
  readonly from: number
  readonly to: number
  readonly value: T /** Everything that the phrase stands for, `value` first. */
  readonly values: readonly T[]
}

/**
 * The longest phrase that begins at a token.
 * @param plurals also take a plural for a word of a phrase
 * @param fits whether a value may stand at these tokens
 */
export const longestAt = <T>(
  { root }: PhraseTree<T>,
  tokens: readonly Token[],
  from: number,
  { plurals = false, fits }: { readonly plurals?: boolean; readonly fits?: (value: T, to: number) => boolean } = {},
): Found<T> | null => {
  let at = root
  let best: Found<T> | null = null
  for (let to = from; to < tokens.length; ) {
    const word = tokens[to]?.norm ?? ''
    const next =
      at.next.get(word) ??
      (plurals
        ? singulars(word)
            .map((one) => at.next.get(one))
            .find((one) => one !== undefined)
        : undefined)
    if (next === undefined) break
    at = next
    to++
    const end = to
    const values = fits ? at.ends.filter((one) => fits(one, end)) : at.ends
    const [value] = values
    if (value !== undefined) best = { from, to, value, values }
  }
  return best
}
