import { expect, it } from 'vitest'
import { readFacts } from '../../src/facts/read-facts.ts'
import { theTerms } from '../builders/knowledge.ts'
import { aPatient } from '../builders/patient.ts'
import { assessFacts } from '../cards/row-patients.ts'

it('the reasons of an order are compared once with what the rules look for, however many rules and alternatives ask', () => {
  const patient = aPatient().withGenotype('CYP2C19', '*2/*2').ordering('clopidogrel 75 MG Oral Tablet')
  const facts = readFacts(patient.record(), theTerms())
  let reads = 0
  const reason = {
    text: 'Something',
    get codings() {
      reads += 1
      return []
    },
  }
  const { orders } = assessFacts({ ...facts, orders: facts.orders.map((order) => ({ ...order, reasons: [reason] })) })
  expect(orders.flatMap(({ drugs }) => drugs.flatMap(({ alternatives }) => alternatives)).length).toBeGreaterThan(1)
  expect(reads).toBe(1)
})
