import type { TestRequest } from '../contract/facts.ts'
import { asCode, asDate, codings, nameOf } from './accessors.ts'
import type { Item } from './chart.ts'

/** Requests that still stand; the others were taken back or are done. */
const STANDING: ReadonlySet<string> = new Set(['draft', 'active', 'on-hold', 'unknown'])

/** Intents by which nobody has ordered the test yet. */
const UNORDERED: ReadonlySet<string> = new Set(['proposal', 'plan', 'option'])

/** One ServiceRequest: a test that is ordered, or is a draft beside the order at hand. Null when it does not stand. */
export const readRequest = ({ resource, ref }: Item): TestRequest | null => {
  const status = asCode(resource.status)
  if (status !== null && !STANDING.has(status)) return null
  if (resource.doNotPerform === true || UNORDERED.has(asCode(resource.intent) ?? '')) return null
  const ordered = asDate(resource.authoredOn)
  const name = nameOf(resource.code) ?? 'Unnamed request'
  return { ref, name, codes: codings(resource.code), status, ...(ordered === null ? {} : { ordered }) }
}
