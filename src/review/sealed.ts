import { createHash, timingSafeEqual } from 'node:crypto'
import type { ReviewFlag } from '../contract/review.ts'
import { canonicalJson } from '../ledger/canonical.ts'

type Seal = (text: string) => string

/** As it is after its way through JSON: the app sends back what it was sent. */
const asSent = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** A seal over something that the server tells and keeps no copy of; bound to patient and decision. */
export const sealOf = (what: string, patientKey: string, decision: string, content: unknown, seal: Seal): string =>
  seal(
    JSON.stringify([
      what,
      patientKey,
      decision,
      createHash('sha256')
        .update(canonicalJson(asSent(content)))
        .digest('hex'),
    ]),
  )

export const sealFlags = (patientKey: string, decision: string, flags: readonly ReviewFlag[], seal: Seal): string =>
  sealOf('review/1', patientKey, decision, flags, seal)

/** Whether this is what the server told, to the letter. Compared in constant time. */
export const isSealed = (given: string, expected: string): boolean => {
  const [a, b] = [Buffer.from(given, 'utf8'), Buffer.from(expected, 'utf8')]
  return a.length === b.length && timingSafeEqual(a, b)
}
