import { expect, test } from 'vitest'
import { MOST_ORDERS } from '../../src/facts/orders.ts'
import { readFacts } from '../../src/facts/read-facts.ts'
import { theTerms } from '../builders/knowledge.ts'
import { aPatient } from '../builders/patient.ts'

test('of more orders than are assessed in one call, those that are selected come first, and the others are told', () => {
  const drafts = Array.from({ length: MOST_ORDERS + 2 }, (_, n) => ({
    resourceType: 'MedicationRequest',
    id: `o${n}`,
    status: 'draft',
    intent: 'order',
    medicationCodeableConcept: { text: 'Nothing known' },
  }))
  const last = `MedicationRequest/o${MOST_ORDERS + 1}`
  const record = { ...aPatient().record(), draftOrders: drafts, selections: [last] }
  const { orders, ordersLeft, gaps } = readFacts(record, theTerms())
  expect(orders.map(({ ref }) => ref)).toEqual([...drafts.slice(0, MOST_ORDERS - 1).map(({ id }) => `MedicationRequest/${id}`), last])
  expect(ordersLeft).toEqual([`MedicationRequest/o${MOST_ORDERS - 1}`, `MedicationRequest/o${MOST_ORDERS}`])
  expect(gaps.filter(({ about }) => about === 'orders').map(({ because }) => because)).toEqual([
    `2 of the ${MOST_ORDERS + 2} orders of this call were not assessed: only ${MOST_ORDERS} are.`,
  ])
})
