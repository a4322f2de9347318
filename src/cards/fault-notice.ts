import type { WrittenCards } from '../contract/cards.ts'

/** What the prescriber sees when Attune itself failed on a call: never nothing. */
export const faultNotice = (newUuid: () => string): WrittenCards => {
  const silences = [{ about: 'this call', code: 'fault', because: 'Attune failed on it; the operator has been told' }]
  const uuid = newUuid()
  return {
    cards: [
      {
        uuid,
        summary: 'Not assessed: Attune failed on this call. No warning here does not mean that it is safe.',
        detail: 'Nothing was checked in this call, because of a fault in Attune. The operator has been told.',
        indicator: 'warning',
        source: { label: 'Attune' },
      },
    ],
    traces: [{ card: uuid, concern: 'notice', order: null, drug: null, findings: [], facts: [], rows: [], concerns: [] }],
    silences,
  }
}
