/** More words than one catalogue of a hospital repeats; beyond that all are forgotten and learned anew. */
const MOST = 2000

/** Longer words are prose. They are read each time and never kept. */
const LONGEST = 400

export type Memory<T> = {
  readonly get: (words: string) => T | undefined
  /** Gives back what was to be kept. */
  readonly keep: (words: string, said: T) => T
}

/**
 * What was made of words, by the words; bounded. Only for words of terminologies and catalogues: codes with their displays, names of
 * tests, drugs, units and doses, which come again with every patient. Never for names, identifiers, dates or the prose of notes.
 * What is given back is shared: nobody may change it.
 */
export const makeMemory = <T>(): Memory<T> => {
  const known = new Map<string, T>()
  return {
    get: (words) => known.get(words),
    keep: (words, said) => {
      if (words.length > LONGEST) return said
      if (known.size >= MOST) known.clear()
      known.set(words, said)
      return said
    },
  }
}

/** A pure function of words whose answers are kept (`makeMemory`). */
export const remembering = <T extends object | string | number | null>(make: (words: string) => T): ((words: string) => T) => {
  const { get, keep } = makeMemory<T>()
  return (words) => {
    const known = get(words)
    return known === undefined ? keep(words, make(words)) : known
  }
}
