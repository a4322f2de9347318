import { AttuneError } from '../errors.ts'
import type { Slices } from '../slices.ts'

/**
 * What stands between two commas of a list or an object, as places in the body. Where it holds something that is itself in pieces, that is
 * `inner`: then it is one element only.
 */
type Piece = { readonly from: number; readonly to: number; readonly inner: Split | null }

/** A list or an object that is longer than a piece; `from` is the place of its opening bracket, `to` the place behind its closing one. */
type Split = { readonly opener: number; readonly from: number; readonly to: number; readonly pieces: readonly Piece[] }

/** About so much is parsed at once: some three milliseconds. */
const PIECE_BYTES = 500_000
/** So much is looked through at once: a millisecond. */
const LOOK_BYTES = 500_000

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const LIST = 0x5b
/** `[` and `{` differ in one bit only, and so do `]` and `}`. */
const BRACE_BIT = 0x20
const OPENER = 0x7b
const CLOSER = 0x7d
/** From an opening bracket to its closing one. */
const TO_CLOSER = 2

const notJson = (why: string): AttuneError => new AttuneError('body-not-json', why)

/**
 * How far a JSON text has been looked through, and at which commas it can be parsed piece by piece: with the brackets round a piece it is
 * JSON by itself. Nothing is built of a hostile body. What is no JSON is found when the pieces are parsed.
 */
type Outline = {
  readonly bytes: Buffer
  readonly start: number
  readonly maxDepth: number
  readonly pieceBytes: number
  reached: number
  depth: number
  // By depth: where the open bracket stands, and where its present element and its present piece begin.
  readonly openedAt: Int32Array
  readonly elementFrom: Int32Array
  readonly pieceFrom: Int32Array
  readonly pieces: (Piece[] | null)[]
  readonly inner: (Split | null)[]
}

const outlineOf = (bytes: Buffer, start: number, maxDepth: number, pieceBytes: number): Outline => ({
  bytes,
  start,
  maxDepth,
  pieceBytes,
  reached: start,
  depth: 0,
  openedAt: new Int32Array(maxDepth + 1).fill(start - 1),
  elementFrom: new Int32Array(maxDepth + 1).fill(start),
  pieceFrom: new Int32Array(maxDepth + 1).fill(start),
  pieces: new Array(maxDepth + 1).fill(null),
  inner: new Array(maxDepth + 1).fill(null),
})

const cut = ({ pieceFrom, pieces, inner }: Outline, level: number, to: number): void => {
  const before = pieces[level] ?? []
  before.push({ from: pieceFrom[level] ?? 0, to, inner: inner[level] ?? null })
  pieces[level] = before
  inner[level] = null
  pieceFrom[level] = to + 1
}

/** What comes before the present element is a piece of its own. */
const cutBefore = (outline: Outline, level: number): void => {
  const from = outline.elementFrom[level] ?? 0
  if (from > (outline.pieceFrom[level] ?? 0)) cut(outline, level, from - 1)
}

/** At a comma of a list or an object that is long enough to be in pieces. */
const commaOfLong = (outline: Outline, level: number, at: number): void => {
  if (at - (outline.pieceFrom[level] ?? 0) >= outline.pieceBytes || outline.inner[level]) cut(outline, level, at)
}

/** At the end of one. */
const closeLong = (outline: Outline, level: number, at: number): void => {
  const { bytes, pieceBytes, openedAt, pieceFrom, pieces, inner } = outline
  if (at - (pieceFrom[level] ?? 0) >= pieceBytes) cutBefore(outline, level)
  if (pieces[level] === null && inner[level] === null) return
  const from = openedAt[level] ?? 0
  const opener = bytes[from] ?? 0
  if (bytes[at] !== opener + TO_CLOSER) throw notJson('brackets of two kinds')
  cut(outline, level, at)
  const own = pieces[level] ?? []
  pieces[level] = null
  cutBefore(outline, level - 1)
  inner[level - 1] = { opener, from, to: at + 1, pieces: own }
}

/** Looks on to about `to`: behind the text that stands there. Each byte is met here: what all of them need stands in this one loop. */
const lookTo = (outline: Outline, to: number): void => {
  const { bytes, maxDepth, pieceBytes, openedAt, elementFrom, pieceFrom } = outline
  const { length } = bytes
  let at = outline.reached
  let level = outline.depth
  for (; at < to; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte === QUOTE) {
      at += 1
      for (let next = bytes[at]; next !== QUOTE && at < length; next = bytes[at]) at += next === BACKSLASH ? 2 : 1
    } else if (byte === COMMA) {
      if (at - (openedAt[level] ?? 0) >= pieceBytes) commaOfLong(outline, level, at)
      elementFrom[level] = at + 1
    } else if (byte < LIST) continue
    else if ((byte | BRACE_BIT) === OPENER) {
      level += 1
      if (level > maxDepth) throw new AttuneError('body-too-deep', `nested deeper than ${maxDepth}`)
      openedAt[level] = at
      elementFrom[level] = at + 1
      pieceFrom[level] = at + 1
    } else if ((byte | BRACE_BIT) === CLOSER) {
      if (level === 0) throw notJson('a bracket too many')
      if (at - (openedAt[level] ?? 0) >= pieceBytes) closeLong(outline, level, at)
      level -= 1
    }
  }
  outline.reached = at
  outline.depth = level
}

/** The whole, as if it were the one element of a list. What is refused here would be refused after parsing it in one piece, too. */
const wholeOf = ({ bytes, start, depth, pieces, inner }: Outline): Piece => {
  if (depth !== 0) throw notJson('cut short')
  if (pieces[0]) throw notJson('more than one document')
  return { from: start, to: bytes.length, inner: inner[0] ?? null }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw notJson('not JSON') // the parser's own words quote the body
  }
}

/** As `JSON.parse` sets a member: `__proto__` is a name like any other. */
const setMember = (object: object, name: string, value: unknown): void => {
  if (name === '__proto__') Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
  else (object as Record<string, unknown>)[name] = value
}

/** Parses what an outline has cut, one piece to a step. */
const makeBuild = (bytes: Buffer) => {
  const textOf = ({ from, to, inner }: Piece): string =>
    inner ? `${bytes.toString('utf8', from, inner.from)}null${bytes.toString('utf8', inner.to, to)}` : bytes.toString('utf8', from, to)

  function* list({ pieces }: Split): Slices<unknown[]> {
    const whole: unknown[] = []
    for (const piece of pieces) {
      const part = parse(`[${textOf(piece)}]`) as unknown[]
      if (part.length === 0) throw notJson('an empty element')
      if (piece.inner) whole.push(yield* build(piece.inner))
      else for (const one of part) whole.push(one)
      yield
    }
    return whole
  }

  function* object({ pieces }: Split): Slices<object> {
    const whole = {}
    for (const piece of pieces) {
      const part = parse(`{${textOf(piece)}}`) as Record<string, unknown>
      const names = Object.keys(part)
      if (names.length === 0) throw notJson('an empty member')
      const value = piece.inner ? yield* build(piece.inner) : null
      for (const name of names) setMember(whole, name, piece.inner ? value : part[name])
      yield
    }
    return whole
  }

  function* build(split: Split): Slices<unknown> {
    return yield* split.opener === LIST ? list(split) : object(split)
  }

  return { textOf, build }
}

const startOf = (bytes: Buffer): number => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0) // byte order mark

/**
 * What `JSON.parse` gives for a body in UTF-8, and the same refusals, without holding the thread for longer than a piece takes: lists and
 * objects that are longer are put together from pieces between their commas. Only one long text cannot be cut.
 * @throws AttuneError `body-too-deep`, `body-not-json`
 */
export function* jsonInSlices(bytes: Buffer, maxDepth: number, pieceBytes: number = PIECE_BYTES): Slices<unknown> {
  const start = startOf(bytes)
  const outline = outlineOf(bytes, start, maxDepth, pieceBytes)
  for (let to = start; to < bytes.length; yield) {
    to = Math.min(to + LOOK_BYTES, bytes.length)
    lookTo(outline, to)
  }
  const { textOf, build } = makeBuild(bytes)
  const whole = wholeOf(outline)
  const shell = parse(textOf(whole))
  return whole.inner ? yield* build(whole.inner) : shell
}
