import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MOST_ORDERS } from '../../src/facts/orders.ts'
import { aPatient, type PatientBuilder } from '../builders/patient.ts'
import { askAbout, summaries } from './one-patient.ts'
import { startSandbox } from './running-sandbox.ts'

const MORE = 40
/** Nothing is known of it: no card of its own. */
const unknownDrug = (n: number) => ({
  resourceType: 'MedicationRequest',
  id: `o${n}`,
  status: 'draft',
  intent: 'order',
  medicationCodeableConcept: { text: 'Nothing known' },
})
const clopidogrel = { ...unknownDrug(0), id: 'last', medicationCodeableConcept: { text: 'clopidogrel 75 MG Oral Tablet' } }

type Drafted = Parameters<PatientBuilder['draft']>[0]
const ordering = (orders: readonly Drafted[]): PatientBuilder =>
  orders.reduce((patient: PatientBuilder, order) => patient.draft(order), aPatient().withGenotype('CYP2C19', '*2/*2'))
const unknownDrugs = (count: number): Drafted[] => Array.from({ length: count }, (_, n) => unknownDrug(n))

let sandbox: Awaited<ReturnType<typeof startSandbox>>

beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

describe('A call with more orders than are assessed in one', () => {
  it.each(['order-sign', 'order-select'])('of %s: a card says how many were not assessed, and a silence names each', async (hook) => {
    const { status, cards, trace } = await askAbout(sandbox, hook, ordering([...unknownDrugs(MOST_ORDERS + MORE - 1), clopidogrel]))
    expect(status).toBe(200)
    expect(cards.map(({ summary, indicator }) => [indicator, summary])).toEqual([
      [
        'warning',
        `Not assessed: ${MORE} of the ${MOST_ORDERS + MORE} orders of this call. No warning about them does not mean that they are safe.`,
      ],
    ])
    expect(trace.outcome).toBe('assessed-with-gaps')
    expect(trace.silences.filter(({ code }) => code === 'too-many').map(({ order }) => order)).toEqual([
      ...unknownDrugs(MOST_ORDERS + MORE - 1)
        .slice(MOST_ORDERS)
        .map((_, n) => `MedicationRequest/o${MOST_ORDERS + n}`),
      'MedicationRequest/last',
    ])
  })

  it('is told beside the cards of those that were assessed', async () => {
    const answer = await askAbout(sandbox, 'order-sign', ordering([clopidogrel, ...unknownDrugs(MOST_ORDERS)]))
    expect(summaries(answer)).toEqual([
      `Not assessed: 1 of the ${MOST_ORDERS + 1} orders of this call. No warning about them does not mean that they are safe.`,
      expect.stringMatching(/clopidogrel/),
    ])
  })

  it('and one with as many as that is assessed as ever', async () => {
    const answer = await askAbout(sandbox, 'order-sign', ordering([...unknownDrugs(MOST_ORDERS - 1), clopidogrel]))
    expect(summaries(answer)).toEqual([expect.stringMatching(/clopidogrel/)])
    expect(answer.trace.silences.some(({ code }) => code === 'too-many')).toBe(false)
  })
})
