import type { Note, NoteStatement, Repeat } from '../../../../src/contract/notes.ts'

/** A stretch of a note's text: plain, a statement, or a place where the search found its words. */
export type Piece = { readonly text: string; readonly start: number; readonly statement: NoteStatement | null; readonly hit: boolean }

/** The note in blocks: what is its own, and what repeats an earlier note. */
export type Block = { readonly start: number; readonly end: number; readonly repeat: Repeat | null }

export const blocksOf = ({ repeats }: Note, length: number): Block[] => {
  const blocks: Block[] = []
  let at = 0
  for (const repeat of repeats) {
    if (repeat.start >= length) break
    const end = Math.min(repeat.end, length)
    if (repeat.start > at) blocks.push({ start: at, end: repeat.start, repeat: null })
    blocks.push({ start: repeat.start, end, repeat })
    at = end
  }
  if (at < length) blocks.push({ start: at, end: length, repeat: null })
  return blocks
}

type Range = { readonly start: number; readonly end: number }

/** Where a text holds the words, in any case; places do not overlap. */
export const findWords = (text: string, words: string): Range[] => {
  if (words.length < 2) return []
  const places: Range[] = []
  const [low, wanted] = [text.toLowerCase(), words.toLowerCase()]
  if (low.length !== text.length) return [] // a letter that grows in small letters would shift every place behind it
  for (let at = low.indexOf(wanted); at >= 0; at = low.indexOf(wanted, at + wanted.length))
    places.push({ start: at, end: at + wanted.length })
  return places
}

/** The pieces of a stretch. A place of the search that lies across the edge of a statement is cut there. */
export const piecesOf = (text: string, { start, end }: Range, statements: readonly NoteStatement[], hits: readonly Range[]): Piece[] => {
  const inside = statements.filter((one) => one.start >= start && one.end <= end)
  const found = hits.filter((one) => one.end > start && one.start < end)
  const edges = new Set([start, end])
  for (const one of [...inside, ...found]) for (const edge of [one.start, one.end]) if (edge > start && edge < end) edges.add(edge)
  const sorted = [...edges].sort((a, b) => a - b)
  let [statement, hit] = [0, 0]
  return sorted.slice(0, -1).map((from, index) => {
    const to = sorted[index + 1] ?? end
    while (inside[statement] && (inside[statement]?.end ?? 0) <= from) statement++
    while (found[hit] && (found[hit]?.end ?? 0) <= from) hit++
    const one = inside[statement]
    const place = found[hit]
    return {
      text: text.slice(from, to),
      start: from,
      statement: one && one.start <= from && to <= one.end ? one : null,
      hit: place !== undefined && place.start <= from && to <= place.end,
    }
  })
}
