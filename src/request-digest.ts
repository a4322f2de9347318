import { createHash, hash } from 'node:crypto'
import { inTurns, type Slices } from './slices.ts'

/** Fewer entries of Bundles are written out at once. */
const MANY = 400
/** Entries that are written out in one step. */
const STEP = 64

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

const hasMany = ({ prefetch }: Readonly<Record<string, unknown>>): boolean => {
  const bundles = isObject(prefetch) ? Object.values(prefetch) : []
  const entries = bundles.map((bundle) => (isObject(bundle) && Array.isArray(bundle.entry) ? bundle.entry.length : 0))
  return entries.reduce((sum, count) => sum + count, 0) > MANY
}

/** A list as `JSON.stringify` writes it. */
function* writeList(list: readonly unknown[], tell: (text: string) => void): Slices<void> {
  for (let from = 0; from < list.length; from += STEP) {
    const text = JSON.stringify(list.slice(from, from + STEP))
    tell(from === 0 ? '[' : ',')
    tell(text.slice(1, -1)) // joined to the mark before it would be copied once more
    yield
  }
  tell(list.length === 0 ? '[]' : ']')
}

/** Deep enough to reach the entries of a Bundle: body, prefetch, Bundle. What lies in other members is written in one piece. */
const DEPTH = 3

/** What `JSON.parse` gave as `JSON.stringify` writes it. */
function* write(value: unknown, depth: number, tell: (text: string) => void): Slices<void> {
  if (Array.isArray(value)) return yield* writeList(value, tell)
  if (depth === 0 || !isObject(value)) return tell(JSON.stringify(value))
  let before = '{'
  for (const [name, member] of Object.entries(value)) {
    tell(`${before}${JSON.stringify(name)}:`)
    yield* write(member, depth - 1, tell)
    before = ','
  }
  tell(before === '{' ? '{}' : '}')
}

function* digestInSlices(body: Readonly<Record<string, unknown>>): Slices<string> {
  const whole = createHash('sha256')
  yield* write(body, DEPTH, (text) => whole.update(text))
  return whole.digest('hex')
}

/**
 * SHA-256 of a request as JSON: the same body sent again has the same digest. Of a large one the loop is let go in between, because
 * writing it out takes as long as reading it.
 */
export const digestRequest = async (body: Readonly<Record<string, unknown>>): Promise<string> =>
  hasMany(body) ? inTurns(digestInSlices(body)) : hash('sha256', JSON.stringify(body))
