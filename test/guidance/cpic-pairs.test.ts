import { describe, expect, it } from 'vitest'
import { theKnowledge } from '../builders/knowledge.ts'
import { cardsFor, sketchPatient } from '../cards/row-patients.ts'

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
const order = (drug: string, genes: Record<string, string> = {}) => sketchPatient({ age: 50, genes, order: { drug } })
const drugOf = (patient: ReturnType<typeof order>) => patient.assessment.orders[0]?.drugs[0]

describe('A drug that CPIC only lists', () => {
  it('is known, has no guidance, and says at which level CPIC lists it with which gene', () => {
    const drug = drugOf(order('atenolol', { CYP2D6: '*4/*4' }))
    expect(drug).toMatchObject({ state: 'no-guidance', findings: [], testFirst: null, alternatives: [] })
    expect(drug?.gaps).toEqual([
      {
        about: 'CPIC',
        code: 'no-guidance',
        because: 'CPIC lists atenolol with ADRB1, GRK5 (level B/C), and the rules hold no recommendation',
      },
    ])
  })

  it('brings no card, and the silence says so', () => {
    const { cards, silences } = cardsFor(order('atenolol'))
    expect(cards).toEqual([])
    expect(silences).toMatchObject([
      { about: 'atenolol', code: 'no-guidance', because: expect.stringContaining('CPIC lists atenolol with ADRB1, GRK5 (level B/C)') },
    ])
  })

  it('names the strongest level first', () => {
    expect(drugOf(order('valproic acid'))?.gaps[0]?.because).toContain('POLG (level A/B); ABL2, ASL, ASS1, CPS1, NAGS, OTC (level B)')
  })

  it('says nothing of pairs where it has guidance on another gene', () => {
    const drug = drugOf(order('warfarin', { CYP2C9: '*1/*1', VKORC1: '-1639 GG' }))
    expect(drug?.gaps.filter(({ about }) => about === 'CPIC')).toEqual([])
  })

  it('leaves a drug that nobody lists as it was', () => {
    const { silences } = cardsFor(order('lisinopril'))
    expect(silences).toMatchObject([{ because: 'no source that Attune holds gives guidance for this drug' }])
  })
})

describe('The drugs of all 518 pairs', () => {
  const { pairs, drugs } = theKnowledge()

  it('are known by the code that CPIC gives, but for the one that is no substance', () => {
    const unknown = pairs.filter(({ rxcui, drugs: names }) => {
      if (rxcui === null || names.length !== 1) return false
      return !drugs
        .identify({ codings: [{ system: RXNORM, code: rxcui }], text: null })
        .ingredients.some(({ name }) => names.includes(name))
    })
    expect(unknown).toEqual([])
  })

  it.each([
    ['divalproex sodium 500 mg delayed release', ['valproic acid']],
    ['mesalamine 1.2 g tablet', ['mesalazine']],
    ['salbutamol inhaler', ['albuterol']],
    ['vitamin K 10 mg', ['vitamin k']],
    ['fluticasone propionate / salmeterol', ['fluticasone propionate', 'salmeterol']],
    ['tenofovir disoproxil fumarate', ['tenofovir disoproxil']],
    ['peginterferon alfa-2b', ['peginterferon alfa-2b']],
  ])('"%s" is %j', (text, names) => {
    expect(drugs.identify({ codings: [], text }).ingredients.map(({ name }) => name)).toEqual(names)
  })
})
