import { SLICE, type Slices } from './slices.ts'

/** How a value is written as JSON. */
export type JsonForm = {
  /** Members of an object, in the order in which they are written. */
  readonly names: (value: object) => readonly string[]
  /** The whole of a value; what JSON has no word for is null. */
  readonly whole: (value: unknown) => string
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Whether a list of it, but for those within lists, has more than a few dozen entries. */
const isLong = (value: object): boolean =>
  Array.isArray(value) ? value.length > SLICE : Object.values(value).some((member) => isObject(member) && isLong(member))

/**
 * The text of a value in pieces, with a pause every few dozen entries of its long lists; together they are what `whole` gives. No piece
 * ends within an entry of a list, nor between the name of a member and a value that is no list and no object.
 */
export function* writeInSlices(value: unknown, form: JsonForm, take: (piece: string) => void): Slices<void> {
  if (!isObject(value) || !isLong(value)) take(form.whole(value))
  else if (Array.isArray(value)) yield* writeList(value, form, take)
  else yield* writeMembers(value, form, take)
}

function* writeList(entries: readonly unknown[], form: JsonForm, take: (piece: string) => void): Slices<void> {
  for (const [at, entry] of entries.entries()) {
    if (at % SLICE === SLICE - 1) yield
    take(`${at === 0 ? '[' : ','}${form.whole(entry ?? null)}`)
  }
  take(']')
}

function* writeMembers(value: object, form: JsonForm, take: (piece: string) => void): Slices<void> {
  let before = '{'
  for (const name of form.names(value)) {
    const member: unknown = value[name as keyof typeof value]
    if (member === undefined) continue
    const named = `${before}${JSON.stringify(name)}:`
    before = ','
    if (isObject(member) && isLong(member)) {
      take(named)
      yield* writeInSlices(member, form, take)
    } else take(`${named}${form.whole(member)}`)
  }
  take('}')
}

const AS_IT_STANDS: JsonForm = { names: Object.keys, whole: (value) => JSON.stringify(value) ?? 'null' }

/** What JSON.stringify gives of a value that is JSON: no dates, no functions. */
export function* jsonInSlices(value: unknown): Slices<string> {
  const pieces: string[] = []
  yield* writeInSlices(value, AS_IT_STANDS, (piece) => pieces.push(piece))
  return pieces.join('')
}
