/** What a concept says, as it was sent: compared word by word, so that no text has to be made to look it up. */
type Sent = { readonly text: unknown; readonly coding: readonly SentCoding[] }
type SentCoding = { readonly code: unknown; readonly system: unknown; readonly display: unknown }

type Kept<T> = { readonly sent: Sent; readonly made: T }

/** More concepts than one catalogue of a hospital repeats; beyond that all are forgotten and learned anew. */
const MOST = 2000
/** Concepts under one code, such as the spellings of its display. More of them are read each time. */
const MOST_ALIKE = 8
/** A concept of more codings, or of longer words, is read each time. */
const MOST_CODINGS = 4
const LONGEST = 200

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= LONGEST
const isTextOrNothing = (value: unknown): boolean => value === undefined || isText(value)

const isObject = (value: unknown): value is { readonly [member: string]: unknown } => typeof value === 'object' && value !== null

/** The concept, where it is one as nearly all are: some codings, each with a code and whole words. */
const asSent = (concept: unknown, readsText: boolean): Sent | null => {
  if (!isObject(concept)) return null
  const { coding, text } = concept
  if (!Array.isArray(coding) || coding.length === 0 || coding.length > MOST_CODINGS) return null
  if (readsText && !isTextOrNothing(text)) return null
  for (const one of coding)
    if (!isObject(one) || !isText(one.code) || !isTextOrNothing(one.system) || !isTextOrNothing(one.display)) return null
  return concept as Sent
}

const isSame = (one: Sent, other: Sent, readsText: boolean): boolean => {
  if (readsText && one.text !== other.text) return false
  if (one.coding.length !== other.coding.length) return false
  for (let at = 0; at < one.coding.length; at += 1) {
    const [left, right] = [one.coding[at], other.coding[at]]
    if (left?.code !== right?.code || left?.display !== right?.display || left?.system !== right?.system) return false
  }
  return true
}

/** The words that are read, alone: what else the sender put beside them is not kept. */
const wordsOf = ({ text, coding }: Sent, readsText: boolean): Sent => ({
  text: readsText ? text : undefined,
  coding: coding.map(({ code, system, display }) => ({ code, system, display })),
})

/**
 * A pure function of the words of a coded concept (`text`, and of each coding its `code`, `system` and `display`) that gives the same
 * object for the same words: a chart repeats a few hundred concepts thousands of times. Bounded, and only for words of terminologies and
 * catalogues, as `remembering`: what has no coding is read anew each time. What is given back is shared: nobody may change it.
 *
 * @param readsText whether `make` reads `text`; if not it is not kept, because people write more into it than the name of a code
 */
export const sameForSame = <T extends object>(make: (concept: unknown) => T, readsText: boolean): ((concept: unknown) => T) => {
  const byCode = new Map<unknown, Kept<T>[]>()
  let count = 0

  const keep = (sent: Sent, alike: Kept<T>[] | undefined): T => {
    const made = make(sent)
    if (alike !== undefined && alike.length >= MOST_ALIKE) return made
    if (count >= MOST) {
      byCode.clear()
      count = 0
    }
    const kept = { sent: wordsOf(sent, readsText), made }
    const code = sent.coding[0]?.code
    const known = byCode.get(code)
    if (known) known.push(kept)
    else byCode.set(code, [kept])
    count += 1
    return made
  }

  return (concept) => {
    const sent = asSent(concept, readsText)
    if (sent === null) return make(concept)
    const alike = byCode.get(sent.coding[0]?.code)
    if (alike) for (const { sent: before, made } of alike) if (isSame(before, sent, readsText)) return made
    return keep(sent, alike)
  }
}
