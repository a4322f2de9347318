/** More words than one catalogue of a hospital repeats; beyond that all are forgotten and learned anew. */
const MOST = 2000

/** Longer words are prose. They are read each time and never kept. */
const LONGEST = 400

/**
 * Keeps what a pure function says of words. Only for words of terminologies and catalogues: codes with their displays, names of tests,
 * drugs, units and doses, which come again with every patient. Never for names, identifiers, dates or the prose of notes. What is given
 * back is shared: nobody may change it.
 */
export const remembering = <T extends object | string | number | null>(make: (words: string) => T): ((words: string) => T) => {
  const known = new Map<string, T>()
  return (words) => {
    const before = known.get(words)
    if (before !== undefined) return before
    const made = make(words)
    if (words.length > LONGEST) return made
    if (known.size >= MOST) known.clear()
    known.set(words, made)
    return made
  }
}
