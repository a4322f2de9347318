/** Strings and marks of valid JSON; numbers and words are passed over. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}:,[\]]/g

type Level = { readonly kind: '{' | '['; readonly names: Set<string> }

/**
 * Names that an object of the text has twice. JSON readers keep the last one without a word, so that a row pasted under
 * a name that is taken would quietly replace the first.
 * @param text valid JSON
 * @returns each repeated name with the line it stands on
 */
export const findRepeatedMembers = (text: string): { readonly name: string; readonly line: number }[] => {
  const levels: Level[] = []
  const repeated: { name: string; line: number }[] = []
  let last: { text: string; at: number } | null = null
  for (const match of text.matchAll(TOKENS)) {
    const [token] = match
    if (token === '{' || token === '[') levels.push({ kind: token, names: new Set() })
    else if (token === '}' || token === ']') levels.pop()
    else if (token === ':' && last) {
      const level = levels.at(-1)
      const name = String(JSON.parse(last.text))
      if (level?.names.has(name)) repeated.push({ name, line: lineAt(text, last.at) })
      level?.names.add(name)
    }
    last = token.startsWith('"') ? { text: token, at: match.index } : null
  }
  return repeated
}

/** Line of a place in a text, from 1. */
export const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length
