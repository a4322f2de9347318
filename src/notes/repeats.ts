import type { Repeat, Span } from '../contract/notes.ts'
import { inOneGo, type Slices } from '../slices.ts'
import { isWord, tokensInSlices } from './tokens.ts'

/** Shorter sentences (`No fever.`) are alike by nature, not because they were copied. */
const FEWEST_WORDS = 6

export type Piece = Span & { readonly words: number; readonly key: string }

/** Tokens looked at between two pauses. */
const SLICE = 4000

/** Sentences by marks and lines. The key is the words alone: case, spaces and marks may differ, a number may not. */
export function* piecesInSlices(text: string): Slices<Piece[]> {
  const pieces: Piece[] = []
  let [words, key] = [0, '']
  let [start, end] = [-1, -1]
  const close = (): void => {
    if (words > 0) pieces.push({ start, end, words, key })
    words = 0
    key = ''
    start = -1
  }
  let before = 0
  let since = 0
  for (const token of yield* tokensInSlices(text)) {
    if (++since % SLICE === 0) yield
    if (/\n/.test(text.slice(before, token.start))) close()
    before = token.end
    if (isWord(token)) {
      if (start < 0) start = token.start
      key = words++ === 0 ? token.norm : `${key} ${token.norm}`
      end = token.end
    } else if (start >= 0) {
      end = token.end
      if (/^[.!?;]$/.test(token.norm) && /^\s|^$/.test(text.slice(token.end, token.end + 1))) close()
    }
  }
  close()
  return pieces
}

export type Dated = { readonly ref: string; readonly date: string | null; readonly text: string }

type Repeats = { readonly repeats: readonly Repeat[]; readonly share: number }

/** Neighbouring pieces from one note are one repeat. */
const merge = (repeats: readonly Repeat[], text: string): Repeat[] => {
  const merged: Repeat[] = []
  for (const repeat of repeats) {
    const last = merged.at(-1)
    if (last && last.from.ref === repeat.from.ref && text.slice(last.end, repeat.start).trim() === '')
      merged[merged.length - 1] = { ...last, end: repeat.end }
    else merged.push(repeat)
  }
  return merged
}

/**
 * What each note repeats of earlier ones: the first to say a sentence keeps it, later ones repeat it.
 * @param notes oldest first
 */
export function* repeatsInSlices(notes: readonly Dated[]): Slices<ReadonlyMap<string, Repeats>> {
  const first = new Map<string, Repeat['from']>()
  const found = new Map<string, Repeats>()
  for (const { ref, date, text } of notes) {
    const pieces = yield* piecesInSlices(text)
    const repeated: Repeat[] = []
    let [words, again, since] = [0, 0, 0]
    for (const piece of pieces) {
      if (++since % SLICE === 0) yield
      words += piece.words
      if (piece.words < FEWEST_WORDS) continue
      const from = first.get(piece.key)
      if (from === undefined) first.set(piece.key, { ref, date })
      else if (from.ref !== ref) {
        repeated.push({ start: piece.start, end: piece.end, from })
        again += piece.words
      }
    }
    found.set(ref, { repeats: merge(repeated, text), share: words === 0 ? 0 : again / words })
    yield
  }
  return found
}

export const findRepeats = (notes: readonly Dated[]): ReadonlyMap<string, Repeats> => inOneGo(repeatsInSlices(notes))
