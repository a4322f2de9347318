import type { Slices } from '../slices.ts'
import { longestAt } from './phrase-tree.ts'
import type { NoteTables, Section } from './tables.ts'
import { isWord, type Token } from './tokens.ts'

/** Tokens `from` up to `to` are one sentence, under the heading `section`. */
export type Sentence = { readonly from: number; readonly to: number; readonly section: Section | null }

const BULLET = /^(?:[-*•·+>–—]|\d{1,2}[.)])(?:\s|$)/
const LOWER = /^[\p{Ll}(]/u

/** Every `\n` splits; the places are found once. */
const lineStarts = (text: string): number[] => {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

const lineAt = (text: string, start: number, next: number | undefined): string => text.slice(start, next ?? text.length).trim()

/** A line that merely goes on: the one before has no end mark, and this one begins in small letters. */
const goesOn = (before: string, line: string): boolean =>
  before !== '' && !/[.:;!?]$/.test(before) && LOWER.test(line) && !BULLET.test(line)

/** Marks after which a sentence ends, when what follows is a gap or the text's end. */
const endsSentence = (text: string, tokens: readonly Token[], at: number, abbreviations: ReadonlySet<string>): boolean => {
  const token = tokens[at]
  if (!token) return false
  if (token.norm === ';') return true
  if (token.norm !== '.' && token.norm !== '!' && token.norm !== '?') return false
  const after = text[token.end]
  if (after !== undefined && !/[\s)"”'\]]/.test(after)) return false
  const before = tokens[at - 1]
  const attached = before !== undefined && before.end === token.start
  if (token.norm === '?') return attached
  if (token.norm === '!') return true
  if (!attached || !before) return true
  return !abbreviations.has(before.norm) && !/^\p{L}$/u.test(before.norm)
}

type Heading = { readonly section: Section | null; readonly to: number }

/** `Family history:` or a heading alone on its line. A heading that no row knows ends the section before it when it stands alone or in capitals. */
const headingAt = (text: string, tokens: readonly Token[], at: number, line: string, { sections }: NoteTables): Heading | null => {
  const alone = (to: number): boolean => (tokens[to - 1]?.end ?? 0) >= (tokens[at]?.start ?? 0) + line.length
  const found = longestAt(sections, tokens, at)
  if (found) {
    const colon = tokens[found.to]?.norm === ':'
    if (colon || alone(found.to)) return { section: found.value, to: colon ? found.to + 1 : found.to }
  }
  const [head] = /^[\p{Lu}][\p{L}\d /&()-]{2,48}:/u.exec(line) ?? []
  if (!head || (head.length < line.length && head !== head.toUpperCase())) return null
  const end = (tokens[at]?.start ?? 0) + head.length
  let to = at
  while ((tokens[to]?.end ?? Number.POSITIVE_INFINITY) <= end) to++
  return text.slice(end - 1, end) === ':' ? { section: null, to } : null
}

/** Lines and tokens looked at between two pauses. */
const SLICE = 4000

/** Signs alone are no sentence: one of so many tokens at its beginning is a word. */
const LOOKED_AT = 40

/** Sentences with their section, in one pass over the text. */
export function* sentencesInSlices(text: string, tokens: readonly Token[], tables: NoteTables): Slices<Sentence[]> {
  const sentences: Sentence[] = []
  const starts = lineStarts(text)
  let section: Section | null = null
  let from = 0
  const close = (to: number): void => {
    if (tokens.slice(from, Math.min(to, from + LOOKED_AT)).some(isWord)) sentences.push({ from, to, section })
    from = to
  }
  let before = ''
  let at = 0
  let since = 0
  for (const [index, start] of starts.entries()) {
    const line = lineAt(text, start, starts[index + 1])
    if (line === '' || !goesOn(before, line)) close(at)
    const heading = line === '' || BULLET.test(line) ? null : headingAt(text, tokens, at, line, tables)
    if (heading) {
      close(at)
      section = heading.section
      at = heading.to
      from = at
    }
    const end = starts[index + 1] ?? text.length + 1
    for (; at < tokens.length && (tokens[at]?.start ?? 0) < end; at++) {
      if (endsSentence(text, tokens, at, tables.abbreviations)) close(at + 1)
      if (++since % SLICE === 0) yield
    }
    if (++since % SLICE === 0) yield
    before = line
  }
  close(tokens.length)
  return sentences
}
