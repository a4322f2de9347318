import type { TestRequest } from '../contract/facts.ts'
import { asCode, asDate, codings, nameOf } from './accessors.ts'
import type { Item } from './chart.ts'
import { hasWord } from './genomics/wording.ts'

/** Words of `rules/genomic-codes.json` by which a request is no test of this patient. */
export type RequestWords = { readonly relatives: readonly string[]; readonly noTests: readonly string[] }

/** Requests that still stand; the others were taken back or are done. */
const STANDING: ReadonlySet<string> = new Set(['draft', 'active', 'on-hold', 'unknown'])

/** Intents by which nobody has ordered the test yet. */
const UNORDERED: ReadonlySet<string> = new Set(['proposal', 'plan', 'option'])

/**
 * One ServiceRequest: a test that is ordered, or is a draft beside the order at hand. Null when it does not stand, or when its words
 * are about another person or about talk of a test (`words`): it brings no result of this patient.
 */
export const readRequest = ({ resource, ref }: Item, words: RequestWords): TestRequest | null => {
  const status = asCode(resource.status)
  if (status !== null && !STANDING.has(status)) return null
  if (resource.doNotPerform === true || UNORDERED.has(asCode(resource.intent) ?? '')) return null
  const ordered = asDate(resource.authoredOn)
  const name = nameOf(resource.code) ?? 'Unnamed request'
  const codes = codings(resource.code)
  const texts = [name, ...codes.flatMap(({ display }) => display ?? [])]
  if (texts.some((text) => hasWord(text, words.relatives) || hasWord(text, words.noTests))) return null
  return { ref, name, codes, status, ...(ordered === null ? {} : { ordered }) }
}
