import { afterAll, beforeAll, expect, it } from 'vitest'
import { aPatient } from '../builders/patient.ts'
import { askAbout } from './one-patient.ts'
import { startSandbox } from './running-sandbox.ts'

let sandbox: Awaited<ReturnType<typeof startSandbox>>

beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

const phenotype = {
  resourceType: 'Observation',
  id: 'result',
  status: 'final',
  subject: { identifier: { value: 'mrn' } },
  code: { coding: [{ system: 'http://loinc.org', code: '79714-2' }] },
  valueCodeableConcept: { text: 'Poor metabolizer' },
  component: [{ code: { coding: [{ system: 'http://loinc.org', code: '48018-6' }] }, valueCodeableConcept: { text: 'CYP2C19' } }],
  effectiveDateTime: '2025-01-01',
}

it('a result of a patient named by an identifier that is not among the own is not used, and the card gives that reason', async () => {
  const genotypes = { resourceType: 'Bundle', type: 'searchset', entry: [{ resource: phenotype }] }
  const patient = aPatient('p-mrn').ordering('clopidogrel', { rxcui: '32968' })
  const { cards } = await askAbout(sandbox, 'order-sign', patient, [], { genotypes })
  expect(cards).toHaveLength(1)
  expect(cards[0]?.summary).toMatch(/^Not assessed: clopidogrel against CYP2C19, because /)
  expect(cards[0]?.detail).toContain('the patient is named by an identifier that is not among those of this patient')
})
