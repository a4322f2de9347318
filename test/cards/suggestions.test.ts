import { describe, expect, it } from 'vitest'
import type { Suggestion } from '../../src/contract/cards.ts'
import type { Dose, Order, PatientFacts } from '../../src/contract/facts.ts'
import { assessFacts, cardsFor, sketchPatient } from './row-patients.ts'

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'

const PCI = { procedures: [{ name: 'Percutaneous coronary intervention', snomed: '415070008', date: '2026-10-20' }] }
const CLOPIDOGREL = {
  age: 60,
  weightKg: 80,
  genes: { CYP2C19: '*2/*2' },
  ...PCI,
  order: { drug: 'clopidogrel', product: 'clopidogrel 75 MG Oral Tablet' },
}
const GOUT = { age: 50, sex: 'male', egfr: 90, genes: { 'HLA-B': '*58:01 positive' }, order: { drug: 'allopurinol' } }
const CAPECITABINE = { age: 60, genes: { DPYD: '1.0' }, order: { drug: 'capecitabine', product: 'capecitabine 500 MG Oral Tablet' } }

const DOSE: Dose = { mgPerDay: 2000, mgPerDose: 1000, timesPerDay: 2, prn: false, text: '1000 mg twice daily', route: null, flags: [] }
const CODED = { codings: [{ system: RXNORM, code: '200328', display: 'capecitabine 500 MG Oral Tablet' }] }

type Change = Partial<Omit<Order, 'drug'>> & { readonly drug?: Partial<Order['drug']> }

/** Suggestions on a sketch's order after it was changed. */
const suggested = (sketch: object, change: Change = {}, patient?: PatientFacts['patient']): readonly Suggestion[] => {
  const { facts } = sketchPatient(sketch)
  const orders = facts.orders.map((order) => ({ ...order, ...change, drug: { ...order.drug, ...change.drug } }))
  const changed: PatientFacts = { ...facts, orders, ...(patient === undefined ? {} : { patient }) }
  return cardsFor({ facts: changed, assessment: assessFacts(changed), genes: {} }).cards[0]?.suggestions ?? []
}

const labels = (suggestions: readonly Suggestion[]): string[] =>
  suggestions.map(({ label, isRecommended }) => `${isRecommended ? '* ' : ''}${label}`)

describe('Another drug', () => {
  it('takes the place of the order: a whole resource, its id kept, no dose of the first drug', () => {
    const [change] = suggested(CLOPIDOGREL, {
      dose: { ...DOSE, text: '75 mg once daily' },
      encounter: 'Encounter/e1',
      requester: 'Practitioner/d1',
      priority: 'urgent',
      reasons: [{ text: 'After a stent', codings: [{ system: 'http://snomed.info/sct', code: '415070008' }] }],
    })
    expect(change?.actions).toEqual([
      {
        type: 'update',
        description: 'Replace clopidogrel 75 MG Oral Tablet with prasugrel 10 MG Oral Tablet; dose and duration are left for you to enter',
        resource: {
          resourceType: 'MedicationRequest',
          id: 'order',
          status: 'draft',
          intent: 'order',
          priority: 'urgent',
          medicationCodeableConcept: {
            text: 'prasugrel 10 MG Oral Tablet',
            coding: [{ system: RXNORM, code: '855812', display: 'prasugrel 10 MG Oral Tablet' }],
          },
          subject: { reference: 'Patient/p' },
          encounter: { reference: 'Encounter/e1' },
          authoredOn: '2026-11-01T09:00:00Z',
          requester: { reference: 'Practitioner/d1' },
          reasonCode: [{ coding: [{ system: 'http://snomed.info/sct', code: '415070008' }], text: 'After a stent' }],
        },
      },
    ])
  })

  it('is recommended once where all that its label names was checked', () => {
    expect(labels(suggested(GOUT))).toEqual(['* Change to febuxostat 40 MG Oral Tablet', 'Remove the order for allopurinol'])
  })

  it('is offered where its label names more than was checked, and removal of the order stays possible', () => {
    expect(labels(suggested(CLOPIDOGREL))).toEqual([
      'Change to prasugrel 10 MG Oral Tablet',
      'Change to ticagrelor 90 MG Oral Tablet',
      'Remove the order for clopidogrel 75 MG Oral Tablet',
    ])
  })

  it('of which less is known about this patient comes second', () => {
    expect(labels(suggested({ ...CLOPIDOGREL, weightKg: undefined })).slice(0, 2)).toEqual([
      'Change to ticagrelor 90 MG Oral Tablet',
      'Change to prasugrel 10 MG Oral Tablet',
    ])
  })

  it('is not offered to a patient whom it does not fit', () => {
    expect(labels(suggested({ ...CLOPIDOGREL, conditions: [{ name: 'Stroke', snomed: '230690007' }] })).join()).not.toContain('prasugrel')
    expect(labels(suggested({ ...CLOPIDOGREL, allergies: ['prasugrel', 'ticagrelor'] }))).toEqual([
      'Remove the order for clopidogrel 75 MG Oral Tablet',
    ])
  })

  it('is never recommended where its source names it for an indication that the record does not show', () => {
    const suggestions = suggested({ age: 60, weightKg: 80, genes: { CYP2C19: '*2/*2' }, order: { drug: 'clopidogrel' } })
    expect(labels(suggestions)).toEqual(['Change to prasugrel 10 MG Oral Tablet', 'Change to ticagrelor 90 MG Oral Tablet'])
  })

  it('for an order without an id is a second order, says so, and is not recommended', () => {
    const suggestions = suggested(CLOPIDOGREL, { hasId: false, ref: '#0' })
    expect(labels(suggestions)).toEqual(['Order prasugrel 10 MG Oral Tablet instead', 'Order ticagrelor 90 MG Oral Tablet instead'])
    const [action] = suggestions[0]?.actions ?? []
    expect(action?.type).toBe('create')
    expect(action?.description).toContain('Remove the draft for clopidogrel 75 MG Oral Tablet yourself')
    expect(action && 'resource' in action && 'id' in action.resource).toBe(false)
  })

  it('for a combination says what else goes, and is not recommended', () => {
    const combination = {
      drug: {
        ingredients: [
          { name: 'clopidogrel', rxcui: '32968' },
          { name: 'aspirin', rxcui: '1191' },
        ],
      },
    }
    const suggestions = suggested(CLOPIDOGREL, combination)
    expect(suggestions.some(({ isRecommended }) => isRecommended)).toBe(false)
    expect(suggestions[0]?.actions[0]?.description).toContain('The ordered product also holds aspirin')
  })

  it('is for the patient in context, whatever the order says, and for nobody when the patient is not known', () => {
    const [change] = suggested(CLOPIDOGREL, { subject: 'Patient/somebody-else' })
    const [action] = change?.actions ?? []
    expect(action && 'resource' in action && action.resource.subject).toEqual({ reference: 'Patient/p' })
    expect(suggested(CLOPIDOGREL, {}, null)).toEqual([])
  })

  it('is open where the advice depends on a condition that the record does not decide', () => {
    const suggestions = suggested({ age: 60, genes: { CYP2C19: '*2/*2' }, order: { drug: 'clomipramine' } })
    expect(suggestions.some(({ isRecommended }) => isRecommended)).toBe(false)
  })
})

describe('The first dose of another drug', () => {
  const resourceOf = (sketch: object) => {
    const [action] = suggested(sketch)[0]?.actions ?? []
    return action && 'resource' in action ? action : null
  }

  it('stands in the order where a cited row gives one for this age and this reason', () => {
    const action = resourceOf({ ...GOUT, conditions: [{ name: 'Gout', snomed: '90560007' }] })
    expect(action?.description).toBe(
      'Replace allopurinol with febuxostat 40 MG Oral Tablet; first dose 40 mg once daily (FDA label of febuxostat, section 2.1); quantity and duration are left for you to enter',
    )
    expect(action?.resource.dosageInstruction).toEqual([
      {
        text: '40 mg once daily',
        timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } },
        doseAndRate: [{ doseQuantity: { value: 40, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' } }],
      },
    ])
  })

  it('is left out, and that is said, where the record does not show the reason', () => {
    const action = resourceOf(GOUT)
    expect(action?.description).toContain('dose and duration are left for you to enter')
    expect(action?.resource).not.toHaveProperty('dosageInstruction')
  })
})

describe('A limit that the ordered dose is above', () => {
  const ordered = (mg: number, sketch: object = {}): readonly Suggestion[] => {
    const dose: Dose = { ...DOSE, mgPerDose: mg, mgPerDay: mg, timesPerDay: 1, text: `${mg} mg once daily` }
    const rosuvastatin = { age: 60, genes: { ABCG2: 'PF', SLCO1B1: '*1/*1' }, order: { drug: '859419' }, ...sketch }
    return suggested(rosuvastatin, { dose })
  }

  it('is offered as the new dose, with a product of that strength', () => {
    const [suggestion, ...others] = ordered(40)
    expect(others).toEqual([])
    expect(suggestion?.label).toBe('Reduce to 20 mg/day: 20 mg once daily (Rosuvastatin calcium 20 MG Oral Tablet)')
    const [action] = suggestion?.actions ?? []
    expect(action?.description).toContain('one of Rosuvastatin calcium 20 MG Oral Tablet at a time')
    expect(action && 'resource' in action && action.resource).toMatchObject({
      medicationCodeableConcept: { text: 'Rosuvastatin calcium 20 MG Oral Tablet' },
      dosageInstruction: [{ doseAndRate: [{ doseQuantity: { value: 20, code: 'mg' } }] }],
    })
  })

  it('is no suggestion where the order keeps it', () => {
    expect(ordered(20)).toEqual([])
  })
})

describe('A lower dose', () => {
  const lower = (change: Change = {}) => suggested(CAPECITABINE, { dose: DOSE, ...change, drug: { ...CODED, ...change.drug } })

  it('is the stated share of the ordered dose, of the same product, and left to the prescriber to judge', () => {
    const [suggestion, ...others] = lower()
    expect(others).toEqual([])
    expect(suggestion?.label).toBe('Reduce to 50% of the ordered dose: 500 mg twice daily')
    expect(suggestion?.isRecommended).toBeUndefined()
    const [action] = suggestion?.actions ?? []
    expect(action && 'resource' in action && action.resource).toMatchObject({
      id: 'order',
      medicationCodeableConcept: { text: 'capecitabine 500 MG Oral Tablet', coding: CODED.codings },
      dosageInstruction: [
        {
          text: '500 mg twice daily',
          timing: { repeat: { frequency: 2, period: 1, periodUnit: 'd' } },
          doseAndRate: [{ doseQuantity: { value: 500, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' } }],
        },
      ],
    })
  })

  it.each<[string, Change]>([
    ['the order has no id: a second order would be added to the first', { hasId: false, ref: '#0' }],
    ['the drug has no code', { drug: { codings: [] } }],
    ['the dose could not be computed', { dose: { ...DOSE, mgPerDose: null } }],
    ['the rhythm is not known', { dose: { ...DOSE, timesPerDay: null } }],
    ['it is not given a whole number of times a day', { dose: { ...DOSE, timesPerDay: 1.5 } }],
    ['it is taken as needed', { dose: { ...DOSE, prn: true, flags: ['prn'] } }],
    ['the dose is a range', { dose: { ...DOSE, flags: ['range'] } }],
    ['the dosage says more than amount and rhythm', { dose: { ...DOSE, text: '1000 mg twice daily on days 1 to 14 of 21' } }],
    ['the dosage has no words, so what else it holds is not known', { dose: { ...DOSE, text: null } }],
    [
      'the product holds another drug',
      {
        drug: {
          ingredients: [
            { name: 'capecitabine', rxcui: '194000' },
            { name: 'docetaxel', rxcui: '72962' },
          ],
        },
      },
    ],
  ])('is not suggested when %s', (_why, change) => {
    expect(lower(change)).toEqual([])
  })

  it('keeps how long the order lasts', () => {
    const dose: Dose = { ...DOSE, extent: { lasts: { value: 14, code: 'd' }, more: false } }
    const [action] = lower({ dose })[0]?.actions ?? []
    expect(action && 'resource' in action && action.resource).toMatchObject({
      dosageInstruction: [
        {
          text: '500 mg twice daily for 14 days',
          timing: {
            repeat: {
              boundsDuration: { value: 14, unit: 'd', system: 'http://unitsofmeasure.org', code: 'd' },
              frequency: 2,
              period: 1,
              periodUnit: 'd',
            },
          },
        },
      ],
    })
  })

  it('is suggested without words too, when the structure of the dosage is known to say no more', () => {
    const dose: Dose = { ...DOSE, text: null, extent: { lasts: null, more: false } }
    expect(labels(lower({ dose }))).toEqual(['Reduce to 50% of the ordered dose: 500 mg twice daily'])
    expect(lower({ dose: { ...dose, extent: { lasts: null, more: true } } })).toEqual([])
  })

  it('is not suggested when the drug is taken already: the ordered dose may be a reduced one', () => {
    expect(suggested({ ...CAPECITABINE, medicines: ['capecitabine'] }, { dose: DOSE, drug: CODED })).toEqual([])
  })

  it('is not suggested when no product makes it in whole tablets', () => {
    const half: Dose = { ...DOSE, mgPerDose: 500, mgPerDay: 500, timesPerDay: 1, text: '500 mg once daily' }
    expect(lower({ dose: half })).toEqual([])
  })

  it('is not suggested for a share given as a range', () => {
    expect(
      suggested({ age: 60, genes: { TPMT: '*1/*3A', NUDT15: '*1/*1' }, order: { drug: 'azathioprine' } }, { dose: DOSE, drug: CODED }),
    ).toEqual([])
  })
})

describe('A test', () => {
  it('is a complete request for the patient in context', () => {
    const [suggestion] = suggested({ age: 45, order: { drug: 'abacavir' } }, { requester: 'Practitioner/d1' })
    expect(suggestion).toMatchObject({ label: 'Order HLA-B*57:01 test', isRecommended: true })
    expect(suggestion?.actions).toEqual([
      {
        type: 'create',
        description: 'Order HLA-B*57:01 test before the first dose of abacavir',
        resource: {
          resourceType: 'ServiceRequest',
          status: 'draft',
          intent: 'order',
          category: [{ coding: [{ system: 'http://snomed.info/sct', code: '108252007', display: 'Laboratory procedure' }] }],
          priority: 'routine',
          code: { coding: [{ system: 'http://loinc.org', code: '50956-2', display: 'HLA-B*57:01 [Presence]' }], text: 'HLA-B*57:01 test' },
          subject: { reference: 'Patient/p' },
          authoredOn: '2026-11-01T09:00:00Z',
          requester: { reference: 'Practitioner/d1' },
          reasonCode: [{ text: 'Before the first dose of abacavir' }],
          note: [{ text: 'Result wanted before abacavir is started (FDA 2017).' }],
        },
      },
    ])
  })

  it('of two genes orders both at once: of several suggestions only one can be taken', () => {
    const suggestions = suggested({ age: 45, order: { drug: 'azathioprine' } })
    expect(labels(suggestions)).toEqual(['* Order TPMT genotype and NUDT15 genotype'])
    expect(suggestions[0]?.actions.map((action) => action.type)).toEqual(['create', 'create'])
  })
})
