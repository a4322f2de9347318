import { createHash, hash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** Deep enough to reach the entries of a Bundle: body, prefetch, Bundle, entry. What lies below is written in one piece. */
const DEPTH = 4
/** Text that is gathered before it is hashed, and time after which other calls have a turn. */
const PIECE_CHARS = 65_536
const SLICE_MS = 10

/** The text of `JSON.stringify` in pieces, for what `JSON.parse` gave. */
function* piecesOf(value: unknown, depth: number): Generator<string> {
  if (depth === 0 || typeof value !== 'object' || value === null) return yield JSON.stringify(value)
  const members = Array.isArray(value) ? value.map((member) => ['', member] as const) : Object.entries(value)
  const [open, close] = Array.isArray(value) ? (['[', ']'] as const) : (['{', '}'] as const)
  let before: string = open
  for (const [name, member] of members) {
    yield Array.isArray(value) ? before : `${before}${JSON.stringify(name)}:`
    yield* piecesOf(member, depth - 1)
    before = ','
  }
  yield members.length === 0 ? `${open}${close}` : `${close}`
}

/** Fewer entries of Bundles are written out at once: in pieces that costs twice as much. */
const MANY = 400

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

const hasMany = ({ prefetch }: Readonly<Record<string, unknown>>): boolean => {
  const bundles = isObject(prefetch) ? Object.values(prefetch) : []
  const entries = bundles.map((bundle) => (isObject(bundle) && Array.isArray(bundle.entry) ? bundle.entry.length : 0))
  return entries.reduce((sum, count) => sum + count, 0) > MANY
}

/**
 * SHA-256 of a request as JSON: the same body sent again has the same digest. Of a large one the loop is let go in between, because
 * writing it out takes as long as reading it.
 */
export const digestRequest = async (body: Readonly<Record<string, unknown>>): Promise<string> => {
  if (!hasMany(body)) return hash('sha256', JSON.stringify(body))
  const whole = createHash('sha256')
  let text = ''
  let started = performance.now()
  for (const piece of piecesOf(body, DEPTH)) {
    text += piece
    if (text.length < PIECE_CHARS) continue
    whole.update(text)
    text = ''
    if (performance.now() - started < SLICE_MS) continue
    await nextTurn()
    started = performance.now()
  }
  return whole.update(text).digest('hex')
}
