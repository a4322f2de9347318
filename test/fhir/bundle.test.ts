import { describe, expect, test } from 'vitest'
import type { FhirResource } from '../../src/contract/facts.ts'
import { readBundle } from '../../src/fhir/bundle.ts'
import { deepFreeze } from '../builders/knowledge.ts'
import { genotype, implication, linesOf, loinc, ROBIN } from '../genomics/results.ts'

const urn = (last: number): string => `urn:uuid:7d3c0a52-5a1e-4f0e-9a57-00000000000${last}`
const idOf = (last: number): string => urn(last).slice('urn:uuid:'.length)

const bundle = (...entry: readonly object[]): FhirResource => deepFreeze({ resourceType: 'Bundle', type: 'collection', entry })

const withoutId = (resource: FhirResource): FhirResource => {
  const { id: _id, ...rest } = resource
  return rest as FhirResource // id is optional
}

const named = (page: { readonly resources: readonly FhirResource[] }): readonly string[] =>
  page.resources.map(({ resourceType, id }) => `${resourceType}/${id}`)

const subject = { reference: urn(1) }
const patient = { fullUrl: urn(1), resource: { resourceType: 'Patient', id: ROBIN } }
const POOR = loinc('LA9657-3', 'Poor metabolizer')

describe('addresses of entries', () => {
  test('a resource without an id takes the one of its entry', () => {
    const page = readBundle(
      bundle(
        { fullUrl: urn(2), resource: { resourceType: 'Observation' } },
        { fullUrl: 'https://ehr.test/fhir/Condition/c-7', resource: { resourceType: 'Condition', id: '' } },
        { fullUrl: 'https://ehr.test/fhir/Patient/p-1', resource: { resourceType: 'Observation' } },
        { resource: { resourceType: 'Procedure' } },
      ),
    )
    expect(named(page)).toEqual([`Observation/${idOf(2)}`, 'Condition/c-7', 'Observation/undefined', 'Procedure/undefined'])
  })

  test('an address that says no more than the id changes nothing', () => {
    const resource = { resourceType: 'Observation', id: 'o-1' }
    expect(readBundle(bundle({ fullUrl: 'https://ehr.test/fhir/Observation/o-1', resource })).resources).toEqual([resource])
  })

  test.each([
    ['without ids', (resource: FhirResource) => withoutId(resource)],
    ['with ids of their own', (resource: FhirResource) => resource],
  ])('results %s that point at addresses stay linked once the Bundle is taken apart', (_name, shape) => {
    const whole = bundle(
      patient,
      { fullUrl: urn(2), resource: shape(genotype('CYP2C19', '*2/*2', { subject })) },
      { fullUrl: urn(3), resource: shape(implication(POOR, { subject, derivedFrom: [{ reference: urn(2) }] })) },
    )
    expect(linesOf(...readBundle(whole).resources)).toEqual(['CYP2C19 | *2/*2 | Poor Metabolizer -> high act'])
    expect(linesOf(whole)).toEqual(linesOf(...readBundle(whole).resources))
  })
})
