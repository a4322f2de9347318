import { describe, expect, test } from 'vitest'
import { readFacts } from '../../src/facts/read-facts.ts'
import { deepFreeze, theTerms } from '../builders/knowledge.ts'
import { aPatient, type PatientBuilder, RXNORM } from '../builders/patient.ts'

const read = (patient: PatientBuilder) => readFacts(deepFreeze(patient.record()), theTerms())
const orderedDrugs = (patient: PatientBuilder) =>
  read(patient).orders.map(({ ref, drug }) => [ref, drug.ingredients.map((ingredient) => ingredient.name).join(' + ')])

const clopidogrel = {
  coding: [
    { system: RXNORM, code: '32968' },
    { system: RXNORM, code: '309362' },
  ],
  text: 'clopidogrel 75 mg tablet',
}
const request = (members: object) => ({ resourceType: 'MedicationRequest', id: 'o1', status: 'draft', intent: 'order', ...members })

describe('where the drug of an order stands', () => {
  test.each([
    ['in the concept', request({ medicationCodeableConcept: clopidogrel }), []],
    [
      'in a contained Medication',
      request({ contained: [{ resourceType: 'Medication', id: 'm', code: clopidogrel }], medicationReference: { reference: '#m' } }),
      [],
    ],
    [
      'in a contained Medication sent as an object instead of a list',
      request({ contained: { resourceType: 'Medication', id: 'm', code: clopidogrel }, medicationReference: { reference: '#m' } }),
      [],
    ],
    [
      'in a sibling entry of the draft orders',
      request({ medicationReference: { reference: 'Medication/m' } }),
      [{ resourceType: 'Medication', id: 'm', code: clopidogrel }],
    ],
    [
      'in a sibling entry named by an absolute URL',
      request({ medicationReference: { reference: 'https://ehr.example.org/fhir/Medication/m' } }),
      [{ resourceType: 'Medication', id: 'm', code: clopidogrel }],
    ],
    [
      'only in the text of the reference',
      request({ medicationReference: { reference: 'Medication/elsewhere', display: 'clopidogrel (PLAVIX) 75 mg tablet' } }),
      [],
    ],
    [
      'only in the ingredients of the Medication',
      request({ medicationReference: { reference: 'Medication/m' } }),
      [{ resourceType: 'Medication', id: 'm', ingredient: [{ itemCodeableConcept: { text: 'clopidogrel' } }] }],
    ],
    ['in the form of FHIR R5', request({ medication: { concept: clopidogrel } }), []],
    [
      'in a code with an OID for RxNorm',
      request({ medicationCodeableConcept: { coding: [{ system: 'urn:oid:2.16.840.1.113883.6.88', code: '309362' }] } }),
      [],
    ],
  ])('%s', (_title, order, siblings) => {
    const patient = aPatient().draft(order)
    for (const sibling of siblings) patient.draft(sibling)
    expect(orderedDrugs(patient)).toEqual([['MedicationRequest/o1', 'clopidogrel']])
  })

  test('a combination stands for each of its ingredients', () => {
    const [order] = read(aPatient().ordering('acetaminophen-codeine 300 mg-30 mg tablet')).orders
    expect(order?.drug.ingredients.map(({ name }) => name)).toEqual(expect.arrayContaining(['acetaminophen', 'codeine']))
    expect(order?.drug.flags).toEqual(['combination'])
  })

  test('code and text that name different drugs are both kept, and flagged', () => {
    const [order] = read(aPatient().ordering('aspirin 81 mg tablet', { rxcui: '32968' })).orders
    expect(order?.drug.ingredients.map(({ name }) => name)).toEqual(['clopidogrel', 'aspirin'])
    expect(order?.drug.flags).toContain('medication-conflict')
  })

  test('a draft without a medication is an order whose drug is not known yet', () => {
    const facts = read(aPatient().draft({ resourceType: 'MedicationRequest', status: 'draft' }))
    expect(facts.orders).toEqual([
      {
        ref: '#1',
        hasId: false,
        drug: { text: '', codings: [], ingredients: [], how: 'none', flags: ['unmapped'], unmapped: 'no medication is named yet' },
        dose: {
          mgPerDay: null,
          mgPerDose: null,
          timesPerDay: null,
          prn: false,
          text: null,
          route: null,
          because: 'No dose is stated.',
          flags: [],
        },
        status: 'draft',
        intent: null,
        selected: true,
        subject: null,
        encounter: null,
        requester: null,
        authoredOn: null,
        priority: null,
        reasons: [],
      },
    ])
    expect(facts.gaps).toEqual([])
  })

  test('a Medication that was referenced but not sent is said', () => {
    const [order] = read(aPatient().draft(request({ medicationReference: { reference: 'Medication/9' } }))).orders
    expect(order?.drug.unmapped).toBe('the Medication it points at was not sent')
  })
})

describe('what counts as being ordered', () => {
  test.each(['draft', 'active', 'on-hold', 'unknown', 'DRAFT', undefined])('status %s counts', (status) => {
    expect(orderedDrugs(aPatient().draft(request({ status, medicationCodeableConcept: clopidogrel })))).toHaveLength(1)
  })

  test.each(['completed', 'stopped', 'cancelled', 'entered-in-error'])('status %s does not', (status) => {
    expect(orderedDrugs(aPatient().draft(request({ status, medicationCodeableConcept: clopidogrel })))).toEqual([])
  })

  test('an order not to give a drug is no order', () => {
    expect(orderedDrugs(aPatient().draft(request({ doNotPerform: true, medicationCodeableConcept: clopidogrel })))).toEqual([])
  })

  test('tests, diets and Medication entries in the Bundle are no drug orders', () => {
    const patient = aPatient()
      .draft({ resourceType: 'ServiceRequest', id: 's', code: { text: 'codeine level' } })
      .draft({ resourceType: 'Medication', id: 'm', code: clopidogrel })
      .draft({ resourceType: 'NutritionOrder', id: 'n' })
    expect(orderedDrugs(patient)).toEqual([])
  })

  test('an order for another patient is not assessed, and that is said', () => {
    const facts = read(aPatient('p1').draft(request({ subject: { reference: 'Patient/p2' }, medicationCodeableConcept: clopidogrel })))
    expect(facts.orders).toEqual([])
    expect(facts.gaps).toEqual([
      {
        about: 'orders',
        code: 'other-patient',
        because: 'An order is for another patient, so it was not assessed.',
        resource: 'MedicationRequest/o1',
      },
    ])
  })

  test('the patient may be named by an absolute URL, and the context id may carry its type', () => {
    const order = request({ subject: { reference: 'https://ehr.example.org/fhir/Patient/p1' }, medicationCodeableConcept: clopidogrel })
    const record = aPatient('p1').draft(order).record()
    const { orders, patient } = readFacts({ ...record, patientId: 'Patient/p1' }, theTerms())
    expect([orders.length, patient?.id]).toEqual([1, 'p1'])
  })

  test('Bundle entries, with or without fullUrl, are as good as resources', () => {
    const record = aPatient().record()
    const bundle = {
      resourceType: 'Bundle',
      entry: [
        { resource: request({ medicationReference: { reference: 'urn:uuid:0b1c' } }) },
        { fullUrl: 'urn:uuid:0b1c', resource: { resourceType: 'Medication', code: clopidogrel } },
      ],
    }
    const [order] = readFacts(deepFreeze({ ...record, draftOrders: [bundle] }), theTerms()).orders
    expect(order?.drug.ingredients).toEqual([{ name: 'clopidogrel', rxcui: '32968' }])
  })
})

describe('selections', () => {
  const two = () => aPatient().ordering('clopidogrel 75 mg tablet', { id: 'a' }).ordering('simvastatin 40 mg tablet', { id: 'b' })
  const selected = (patient: PatientBuilder) =>
    read(patient)
      .orders.filter((order) => order.selected)
      .map((order) => order.ref)

  test.each([
    ['by type and id', ['MedicationRequest/b'], ['MedicationRequest/b']],
    ['by bare id', ['b'], ['MedicationRequest/b']],
    ['by absolute URL', ['https://ehr.example.org/fhir/MedicationRequest/b'], ['MedicationRequest/b']],
    ['ids that are not in the Bundle: all drafts', ['MedicationRequest/zzz'], ['MedicationRequest/a', 'MedicationRequest/b']],
    ['one known and one unknown: the known one', ['MedicationRequest/a', 'MedicationRequest/zzz'], ['MedicationRequest/a']],
    ['the id of another type: all drafts', ['ServiceRequest/b'], ['MedicationRequest/a', 'MedicationRequest/b']],
  ])('%s', (_title, selections, expected) => {
    expect(selected(two().selecting(...selections))).toEqual(expected)
  })

  test('without selections all drafts are selected', () => {
    expect(selected(two())).toEqual(['MedicationRequest/a', 'MedicationRequest/b'])
  })

  test('when only a test is selected, no drug order is', () => {
    expect(selected(two().draft({ resourceType: 'ServiceRequest', id: 's' }).selecting('ServiceRequest/s'))).toEqual([])
  })
})

test('an order keeps what an edited copy of it needs: subject, encounter, requester, reasons', () => {
  const order = request({
    medicationCodeableConcept: clopidogrel,
    subject: { reference: 'Patient/p1' },
    encounter: { reference: 'Encounter/e1' },
    requester: { reference: 'Practitioner/d1' },
    authoredOn: '2026-11-21',
    priority: 'routine',
    reasonCode: [{ text: 'coronary stent' }],
    reasonReference: [{ reference: 'Condition/c1' }],
  })
  const facts = read(aPatient().withCondition('Acute coronary syndrome', { id: 'c1', snomed: '394659003' }).draft(order))
  expect(facts.orders[0]).toMatchObject({
    subject: 'Patient/p1',
    encounter: 'Encounter/e1',
    requester: 'Practitioner/d1',
    authoredOn: '2026-11-21',
    priority: 'routine',
    reasons: [
      { text: 'coronary stent', codings: [] },
      {
        text: 'Acute coronary syndrome',
        codings: [{ system: 'http://snomed.info/sct', code: '394659003', display: 'Acute coronary syndrome' }],
      },
    ],
  })
})

test('an order that stands in the bundle many times is one order; one that differs is another', () => {
  const order = request({ medicationCodeableConcept: clopidogrel })
  const other = request({ id: 'o2', medicationCodeableConcept: clopidogrel })
  const many = Array.from({ length: 300 }, () => structuredClone(order))
  const ofMany = read([...many, other].reduce((patient, draft) => patient.draft(draft), aPatient('many')))
  const ofOne = read(aPatient('many').draft(order).draft(other))
  expect(ofMany.orders).toEqual(ofOne.orders)
  expect(ofMany.orders.map(({ ref }) => ref)).toEqual(['MedicationRequest/o1', 'MedicationRequest/o2'])
})
