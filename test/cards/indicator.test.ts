import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { finish } from '../../src/cards/card-parts.ts'
import { adviceRows, cardsFor, patientOf, sketchPatient, theWriting } from './row-patients.ts'

const CHANGES = new Set(['contraindicated', 'avoid', 'alternative', 'dose'])

/** The rules of docs/integration.md, "how urgent they are", a patient for each. */
describe('How urgent a card is', () => {
  it.each([
    ['contraindicated by a label, life-threatening', 'critical', { genes: { 'HLA-B': '*57:01 positive' }, order: { drug: 'abacavir' } }],
    ['to be avoided on strong evidence, life-threatening', 'critical', { genes: { DPYD: '0.0' }, order: { drug: 'capecitabine' } }],
    ['to be avoided on strong evidence, not life-threatening', 'warning', { genes: { CYP2D6: '*4/*4' }, order: { drug: 'amitriptyline' } }],
    ['another drug', 'warning', { genes: { CYP2C19: '*2/*2' }, order: { drug: 'citalopram' } }],
    ['another dose', 'warning', { genes: { CYP2D6: '*4/*4' }, order: { drug: 'metoprolol' } }],
    ['a required test before the first dose', 'warning', { order: { drug: 'abacavir' } }],
    ['a test to consider', 'info', { order: { drug: 'clopidogrel' } }],
    ['results that contradict each other', 'warning', { genes: { CYP2C19: ['*1/*1', '*2/*2'] }, order: { drug: 'citalopram' } }],
    ['a later step only', 'info', { genes: { CYP2C19: '*1/*2' }, order: { drug: 'citalopram' } }],
    ['caution', 'info', { genes: { G6PD: 'Deficient' }, order: { drug: 'nalidixic acid' } }],
    ['a result without a certain meaning', 'info', { genes: { CYP2C19: 'ind' }, order: { drug: 'citalopram' } }],
  ] as const)('%s: %s', (_title, indicator, sketch) => {
    expect(cardsFor(sketchPatient({ age: 45, ...sketch })).cards.map((card) => card.indicator)).toEqual([indicator])
  })

  it('critical and warning are earned, for a patient of every row', () => {
    let seen = 0
    for (const row of adviceRows()) {
      for (const entry of row.when.slice(0, 3)) {
        const patient = patientOf(row, entry)
        const { cards, traces } = cardsFor(patient)
        for (const [at, card] of cards.entries()) {
          const drug = patient.assessment.orders[0]?.drugs.find((one) => one.drug.name === traces[at]?.drug)
          const certain = (drug?.findings ?? []).filter(({ population }) => population?.state !== 'undecided')
          const firm = certain.some(
            ({ consequence, strength }) => consequence === 'contraindicated' || (consequence === 'avoid' && strength === 'Strong'),
          )
          if (card.indicator === 'critical') expect(firm, `${row.id}: ${card.summary}`).toBe(true)
          if (card.indicator === 'critical') expect(traces[at]?.concern, row.id).toBe('guidance')
          const changes = (drug?.findings ?? []).some(({ consequence }) => CHANGES.has(consequence))
          const asks =
            drug?.testFirst != null ||
            (drug?.gaps.length ?? 0) > 0 ||
            drug?.findings.some(({ actions }) => actions.some(({ code }) => code === 'test'))
          if (card.indicator === 'warning') expect(changes || asks, `${row.id}: ${card.summary}`).toBe(true)
          seen += 1
        }
      }
    }
    expect(seen).toBeGreaterThan(400)
  })
})

describe('Whatever made the suggestions', () => {
  it('at most one of a card is recommended', () => {
    const suggestion = (uuid: string) => ({
      label: uuid,
      uuid,
      isRecommended: true,
      actions: [{ type: 'delete' as const, description: 'd', resourceId: 'MedicationRequest/1' }],
    })
    const card = finish({ summary: 's', indicator: 'info' }, 'u', [suggestion('a'), suggestion('b')], theWriting(), false)
    expect(card.suggestions?.map(({ uuid, isRecommended }) => [uuid, isRecommended])).toEqual([
      ['a', true],
      ['b', undefined],
    ])
  })
})

describe('The name of a concern', () => {
  it('changes with the key of the site: nobody else can find out the facts by trying', () => {
    const patient = sketchPatient({ age: 45, genes: { CYP2C19: '*2/*2' }, order: { drug: 'citalopram' } })
    const under = (key: string) =>
      cardsFor(patient, { seal: (text) => createHmac('sha256', key).update(text).digest('hex') }).traces[0]?.concerns[0]
    expect(under('one')).toEqual(under('one'))
    expect(under('one')?.key).toBe(under('two')?.key)
    expect(under('one')?.facts).not.toBe(under('two')?.facts)
  })
})
