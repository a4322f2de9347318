import { describe, expect, it } from 'vitest'
import { drugsInHand } from '../../smart-app/app/panels/order/drugs-in-hand.ts'
import type { DrugAssessment } from '../../src/contract/findings.ts'
import { assessment, words } from './sample-profile.ts'

const [entry] = assessment.orders
const [pressing] = entry?.drugs ?? []
const context = { v: 1, drug: null, order: null, card: null, code: null } as unknown as Parameters<typeof drugsInHand>[1]

describe('an order of several substances', () => {
  it('shows the one that a card speaks of before one that nothing is said about, in whichever order they were written', () => {
    if (!entry || !pressing) throw new Error('the sample orders nothing')
    const quiet: DrugAssessment = { ...pressing, drug: { name: 'a quiet one', rxcui: null }, state: 'no-guidance', findings: [], gaps: [] }
    for (const drugs of [
      [quiet, pressing],
      [pressing, quiet],
    ]) {
      const shown = drugsInHand({ ...assessment, orders: [{ ...entry, drugs }] }, context, words)
      expect(shown.map(({ drug }) => drug.drug.name)).toEqual([pressing.drug.name, 'a quiet one'])
    }
  })

  it('shows the one that the card names first', () => {
    if (!entry || !pressing) throw new Error('the sample orders nothing')
    const quiet: DrugAssessment = { ...pressing, drug: { name: 'a quiet one', rxcui: null }, state: 'no-guidance', findings: [], gaps: [] }
    const named = { ...context, drug: { text: 'A quiet one' } } as typeof context
    const shown = drugsInHand({ ...assessment, orders: [{ ...entry, drugs: [pressing, quiet] }] }, named, words)
    expect(shown[0]?.drug.drug.name).toBe('a quiet one')
  })
})
