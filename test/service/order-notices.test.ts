import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aPatient } from '../builders/patient.ts'
import { askAbout, summaries } from './one-patient.ts'
import { startSandbox } from './running-sandbox.ts'

let sandbox: Awaited<ReturnType<typeof startSandbox>>
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'

/** A man after a stent, CYP2C19 poor metabolizer. */
const stent = (id: string) =>
  aPatient(id)
    .male()
    .born('1961-04-02')
    .withGenotype('CYP2C19', '*2/*2')
    .withProcedure('Percutaneous coronary intervention', { snomed: '415070008', date: '2026-10-20' })

/** A draft as it is sent, with just this to name its drug by. */
const draft = (medication: object, id = 'order-1') => ({
  resourceType: 'MedicationRequest',
  id,
  status: 'draft',
  intent: 'order',
  ...medication,
})

describe('An order whose drug could not be read', () => {
  it.each([
    ['points at a Medication that did not come', { medicationReference: { reference: 'Medication/xyz' } }, /was not sent/],
    [
      'has only a code that no table knows',
      { medicationCodeableConcept: { coding: [{ system: 'http://hl7.org/fhir/sid/ndc', code: '63653-1171-6' }] } },
      /63653-1171-6/,
    ],
  ])('is told on one card when it %s', async (_what, medication, because) => {
    const answer = await askAbout(sandbox, 'order-sign', stent('p-unread').draft(draft(medication)))
    expect(summaries(answer)).toEqual([expect.stringMatching(/^Not assessed: the drug of 1 order could not be read, because /)])
    expect(answer.cards[0]).toMatchObject({ indicator: 'info', detail: expect.stringMatching(because) })
  })

  it('is one card for all of them', async () => {
    const lost = (id: string) => draft({ medicationReference: { reference: `Medication/${id}` } }, id)
    const patient = stent('p-unread-two').draft(lost('a1')).draft(lost('a2'))
    expect(summaries(await askAbout(sandbox, 'order-sign', patient))).toEqual([
      expect.stringMatching(/^Not assessed: the drugs of 2 orders could not be read, because /),
    ])
  })

  it.each([
    ['has a name that is not known here', { medicationCodeableConcept: { text: 'Zorblaxin 5 mg' } }],
    ['names a drug about which nothing is to be said', { medicationCodeableConcept: { text: 'amlodipine 5 MG Oral Tablet' } }],
    ['names no drug yet', {}],
  ])('is not meant by an order that %s', async (_what, medication) => {
    expect(summaries(await askAbout(sandbox, 'order-sign', stent('p-silent').draft(draft(medication))))).toEqual([])
  })
})

describe('An order whose code and text name different drugs', () => {
  const patient = () =>
    stent('p-two').draft(draft({ medicationCodeableConcept: { coding: [{ system: RXNORM, code: '309362' }], text: 'aspirin 81 MG' } }))

  it('is told as a conflict, beside what holds for its drugs', async () => {
    const said = summaries(await askAbout(sandbox, 'order-sign', patient()))
    expect(said).toContain('Correct the order: its code and its text name different drugs (clopidogrel, aspirin)')
    expect(said.join()).toContain('Avoid clopidogrel')
  })

  it('is offered no change and no removal: which drug is meant is not known', async () => {
    const { cards } = await askAbout(sandbox, 'order-sign', patient())
    expect(cards.flatMap(({ suggestions = [] }) => suggestions)).toEqual([])
  })
})

describe('The record of another patient', () => {
  it('brings no card: the call is refused, and it says why', async () => {
    const other = { patient: { resourceType: 'Patient', id: 'somebody-else', gender: 'male', birthDate: '1961-04-02' } }
    const patient = stent('p-other').ordering('clopidogrel 75 MG Oral Tablet', { rxcui: '309362' })
    const answer = await askAbout(sandbox, 'order-sign', patient, [], other)
    expect({ status: answer.status, cards: answer.cards }).toEqual({ status: 412, cards: [] })
  })
})

describe('Genetic results of which a page was not read', () => {
  const cut = (id: string, gene: string, diplotype: string, drug: string) => {
    const patient = aPatient(id).male().withGenotype(gene, diplotype).ordering(drug)
    const { resources } = patient.record()
    const genotypes = {
      resourceType: 'Bundle',
      type: 'searchset',
      link: [{ relation: 'next', url: 'http://ehr.example/fhir/Observation?page=2' }],
      entry: resources.filter(({ resourceType }) => resourceType === 'Observation').map((resource) => ({ resource })),
    }
    return askAbout(sandbox, 'order-sign', patient, [], { genotypes })
  }

  it('are told, also where the page that was read holds a normal result', async () => {
    const [card] = (await cut('p-page', 'CYP2C19', '*1/*1', 'clopidogrel 75 MG Oral Tablet')).cards
    expect(card?.summary).toBe(
      'Not assessed: clopidogrel, because not all genetic results could be read, so another result of CYP2C19 may exist',
    )
  })

  it('are told beside the advice on a result that was read', async () => {
    const [card] = (await cut('p-page-pm', 'CYP2C19', '*2/*2', 'citalopram 20 MG Oral Tablet')).cards
    expect(card?.summary).toContain('citalopram')
    expect(card?.detail).toContain('CYP2C19: not all genetic results could be read, so another result of CYP2C19 may exist')
  })

  it('are no matter of a drug without guidance', async () => {
    expect(summaries(await cut('p-page-none', 'CYP2C19', '*1/*1', 'amlodipine 5 MG Oral Tablet'))).toEqual([])
  })
})

describe('A source that says more than was read', () => {
  it('is told where its row matches and nothing else speaks: efavirenz for a child of 30 kg', async () => {
    const child = aPatient('p-child')
      .male()
      .born(`${new Date().getUTCFullYear() - 10}-01-01`)
      .measuring('weight', 30, { date: new Date().toISOString().slice(0, 10) })
      .withGenotype('CYP2B6', '*6/*6')
      .ordering('efavirenz 200 MG Oral Capsule')
    expect(summaries(await askAbout(sandbox, 'order-sign', child))).toEqual([
      'Not assessed: efavirenz against CYP2B6, because DPWG says more for this result that was not read: under 40 kg, combination product',
    ])
  })
})
