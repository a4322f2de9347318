import { describe, expect, it } from 'vitest'
import { writeMedicineCards } from '../../src/cards/write-medicine-cards.ts'
import type { WrittenCards } from '../../src/contract/cards.ts'
import { cardsFor, sketchPatient, theWriting } from './row-patients.ts'

const written = (sketch: object): WrittenCards => cardsFor(sketchPatient(sketch))
const saying = (sketch: object): string[] => written(sketch).cards.map(({ indicator, summary }) => `${indicator}: ${summary}`)
const detailOf = (sketch: object): string => written(sketch).cards[0]?.detail ?? ''
const order = (drug: string, more: object = {}) => ({ age: 45, ...more, order: { drug } })

const CROHN = { conditions: [{ name: "Crohn's disease", snomed: '34000006' }] }
const LEUKAEMIA = { conditions: [{ name: 'Acute lymphoblastic leukaemia', icd10: 'C91.00' }] }

describe('What surfaces', () => {
  it("a label's contraindication beside milder advice of the preferred source, with its urgency", () => {
    expect(saying(order('methylene blue', { genes: { G6PD: 'Deficient' } }))).toEqual([
      'critical: Avoid methylene blue (FDA: contraindicated): G6PD deficient',
    ])
  })

  it("a label's lower limit beside that of the preferred source", () => {
    expect(saying(order('pimozide', { genes: { CYP2D6: '*4/*4' } }))).toEqual([
      'warning: Keep pimozide at 10 mg/day or less (FDA: 4 mg/day): CYP2D6 poor metabolizer',
    ])
  })

  it('advice that all readings of a coarse result share: a DPYD phenotype without a score is no reason to say nothing', () => {
    expect(saying(order('capecitabine', { genes: { DPYD: 'PM' } }))).toEqual([
      'critical: Avoid capecitabine (FDA boxed warning: see detail): DPYD poor metabolizer',
    ])
    expect(saying(order('capecitabine', { genes: { DPYD: 'IM' } }))).toEqual([
      'warning: Start capecitabine at 50% of the usual dose: DPYD intermediate metabolizer',
    ])
    // A strongly reduced dose is meant for score 0.5 only; for score 0 there is none.
    const [whatToDo] = detailOf(order('capecitabine', { genes: { DPYD: 'PM' } })).split('**Why**')
    expect(whatToDo).not.toContain('reduced dose')
  })

  it('a coarse result that leaves the dose open, with what to ask for', () => {
    expect(saying(order('flurbiprofen', { genes: { CYP2C9: 'IM' } }))).toEqual([
      'warning: Clarify CYP2C9 before flurbiprofen: the advice depends on the activity score, and only the phenotype is known',
    ])
  })

  it('labs that contradict each other, with nothing chosen and nothing suggested', () => {
    const { cards } = written(order('citalopram', { genes: { CYP2C19: ['*1/*1', '*2/*2'] } }))
    expect(cards.map(({ indicator, summary }) => `${indicator}: ${summary}`)).toEqual([
      'warning: Clarify CYP2C19 before citalopram: results lead to different advice',
    ])
    expect(cards[0]?.suggestions).toBeUndefined()
  })

  it('a result without a certain meaning: it is not normal', () => {
    expect(saying(order('citalopram', { genes: { CYP2C19: 'ind' } }))).toEqual([
      'info: Not assessed: citalopram, because the CYP2C19 result has no certain meaning',
    ])
  })

  it('a test of the enzyme before a drug that can cause haemolysis', () => {
    expect(saying(order('rasburicase', { genes: { G6PD: 'Variable' } }))).toEqual([
      'warning: Test G6PD enzyme activity before rasburicase: G6PD variable',
    ])
  })
})

describe('What stays calm', () => {
  it.each([
    ['the dose that the source gives for the normal genotype too', order('atomoxetine', { genes: { CYP2D6: '*1/*1' } })],
    ['an open condition of one source where the preferred one says the usual dose', order('metoprolol', { genes: { CYP2D6: '*1/*4' } })],
    ['a caution of one source where the preferred one says the usual dose', order('voriconazole', { genes: { CYP2C19: '*1/*2' } })],
    ['advice to monitor only', order('flucloxacillin', { genes: { 'HLA-B': '*57:01 positive' } })],
  ])('%s: no card, and the silence is explained', (_title, sketch) => {
    const { cards, silences } = written(sketch)
    expect(cards).toEqual([])
    expect(silences).toHaveLength(1)
    expect(silences[0]?.because).toMatch(/^(CPIC|DPWG) \d{0,4} ?(asks for|gives) .* for /)
  })

  it('a limit that the order keeps; above it the card names limit and order', () => {
    const ordered = (mgPerDay: number) => written({ age: 45, genes: { SLCO1B1: '*5/*5' }, order: { drug: 'atorvastatin', mgPerDay } }).cards
    expect(ordered(20)).toEqual([])
    expect(ordered(40)[0]?.summary).toBe('Start atorvastatin at no more than 20 mg/day: SLCO1B1 poor function')
    expect(ordered(40)[0]?.detail).toContain('Start at no more than 20 mg/day. Ordered: 40 mg/day, above the limit.')
  })

  it("a limit for another form of the drug does not speak when the order's own limit is kept", () => {
    const ordered = (mgPerDay: number) => written({ age: 45, genes: { CYP2D6: '*4/*4' }, order: { drug: 'aripiprazole', mgPerDay } }).cards
    expect(ordered(15)[0]?.summary).toBe('Keep aripiprazole at 10 mg/day or less, or 300 mg/month: CYP2D6 poor metabolizer')
    expect(ordered(10)[0]?.summary).toBe('Dose aripiprazole by its label for this genotype: CYP2D6 poor metabolizer')
  })

  it('a usual start with a lower dose later is information, not a warning', () => {
    expect(saying(order('citalopram', { genes: { CYP2C19: '*1/*2' } }))).toEqual([
      'info: Titrate citalopram slowly: CYP2C19 intermediate metabolizer',
    ])
  })

  it('a drug tolerated for long is not one to stop at once, though another source says avoid', () => {
    const long = { medicines: [{ drug: 'carbamazepine', start: '2025-01-01' }] }
    expect(saying(order('carbamazepine', { genes: { 'HLA-B': '*15:02 positive', 'HLA-A': '*31:01 negative' }, ...long }))).toEqual([
      'warning: Use carbamazepine with caution (DPWG and FDA: avoid; FDA boxed warning): HLA-B*15:02 positive and HLA-A*31:01 negative',
    ])
    expect(saying(order('carbamazepine', { genes: { 'HLA-B': '*15:02 positive', 'HLA-A': '*31:01 negative' } }))).toEqual([
      'critical: Avoid carbamazepine (FDA boxed warning): HLA-B*15:02 positive and HLA-A*31:01 negative',
    ])
  })
})

describe('What depends on the patient', () => {
  it('the disease decides between a tenth of the dose and another drug', () => {
    const genes = { TPMT: '*3A/*3A', NUDT15: '*1/*1' }
    expect(saying(order('mercaptopurine', { genes, ...LEUKAEMIA }))).toEqual([
      'warning: Start mercaptopurine at 10% of the usual dose three times a week: NUDT15 normal metabolizer and TPMT poor metabolizer',
    ])
    expect(saying(order('azathioprine', { genes, ...CROHN }))).toEqual([
      'warning: Choose another drug than azathioprine: NUDT15 normal metabolizer and TPMT poor metabolizer',
    ])
  })

  it('what the record does not tell is said as a condition, never assumed', () => {
    expect(saying(order('quetiapine', { genes: { CYP3A4: '*20/*20' } }))).toEqual([
      'warning: Choose another drug than quetiapine for depression (else see detail): CYP3A4 poor metabolizer',
    ])
    expect(saying({ genes: { CYP2D6: '*4/*4' }, order: { drug: 'metoclopramide' } })).toEqual([
      'warning: Keep metoclopramide at 30 mg/day or less for reflux (else see detail): CYP2D6 poor metabolizer',
    ])
  })

  it('a population that the record leaves open follows the action, is asked in the detail, and nothing is recommended', () => {
    const sketch = { genes: { 'HLA-B': '*15:02 positive' }, unread: ['medications'], order: { drug: 'fosphenytoin' } }
    const { cards } = written(sketch)
    expect(cards.map(({ indicator, summary }) => `${indicator}: ${summary}`)).toEqual([
      'warning: Avoid fosphenytoin, if never taken phenytoin before: HLA-B*15:02 positive (CYP2C9 not tested)',
    ])
    expect(cards[0]?.detail).toMatch(
      /^\*\*What to do\*\*\n\n- This applies only to: never taken phenytoin before\. The record does not decide it \(/,
    )
    expect((cards[0]?.suggestions ?? []).some(({ isRecommended }) => isRecommended)).toBe(false)
  })

  it('a gene of a pair that was not tested is named after the one that was', () => {
    expect(saying(order('amitriptyline', { genes: { CYP2D6: '*4/*4' } }))).toEqual([
      'warning: Avoid amitriptyline: CYP2D6 poor metabolizer (CYP2C19 not tested)',
    ])
  })

  it('a result that tells nothing is not called untested', () => {
    expect(saying(order('amitriptyline', { genes: { CYP2D6: '*4/*4', CYP2C19: 'unreadable' } }))[0]).toMatch(
      /CYP2D6 poor metabolizer \(CYP2C19 (without a usable result|indeterminate)\)$|CYP2C19 indeterminate$/,
    )
  })

  it('a medicine that changes the enzyme is named, with what genes alone and what both together say', () => {
    const sketch = order('tramadol', { genes: { CYP2D6: '*1/*1' }, medicines: ['paroxetine'] })
    expect(saying(sketch)).toEqual(['warning: Avoid tramadol: CYP2D6 acts as poor metabolizer (paroxetine)'])
    expect(detailOf(sketch)).toContain(
      'CYP2D6 \\*1/\\*1: normal metabolizer, activity score 2.0; with paroxetine acts as poor metabolizer, activity score 0.0',
    )
  })

  it('a medicine that may change the enzyme, without a rule that says how much, is named as a caution', () => {
    const sketch = order('clopidogrel', { genes: { CYP2C19: '*2/*2' }, medicines: ['fluvoxamine'] })
    expect(detailOf(sketch)).toMatch(/CYP2C19: fluvoxamine \(strong inhibitor\) may change how the gene's product works/)
  })
})

describe('What sources say', () => {
  it('the guideline on warfarin has its year', () => {
    expect(detailOf(order('warfarin', { genes: { CYP2C9: '*1/*3', VKORC1: '-1639 AG' } }))).toContain('| [CPIC 2017](')
  })

  it('the harm is that of this genotype: a poor metabolizer of clopidogrel has no more side effects', () => {
    const detail = detailOf(order('clopidogrel', { genes: { CYP2C19: '*2/*2' } }))
    expect(detail).not.toContain('side effects')
  })

  it('the table has the word of each row, so that a pharmacist finds it', () => {
    expect(detailOf(order('codeine', { genes: { CYP2D6: '*4/*4' } }))).toContain('| CYP2D6 activity score 0.0 |')
  })

  it('a pair that is only listed is said to be unread', () => {
    expect(detailOf(order('clopidogrel', { genes: { CYP2C19: '*2/*2' } }))).toContain(
      'FDA lists clopidogrel with CYP2C19 (label); what it says was not read for this release.',
    )
  })
})

describe('Before the first dose', () => {
  it.each([
    ['abacavir', 'warning: Test HLA-B*57:01 before abacavir: no result on record'],
    ['pegloticase', 'warning: Test G6PD (at risk of deficiency) before pegloticase: no result on record'],
    ['eliglustat', 'warning: Test CYP2D6 before eliglustat: no result on record'],
    ['clopidogrel', 'info: Consider testing CYP2C19 before clopidogrel: no result on record'],
    ['azathioprine', 'info: Consider testing TPMT and NUDT15 before azathioprine: no result on record'],
  ])('%s', (drug, words) => {
    expect(saying(order(drug))).toEqual([words])
  })
})

describe('The card on opening a chart', () => {
  const open = (sketch: object): WrittenCards => {
    const { assessment, facts } = sketchPatient({ age: 45, order: { drug: 'paracetamol' }, ...sketch })
    return writeMedicineCards(assessment, facts, theWriting())
  }

  it('is one for all medicines, the most urgent first, and says each in a line', () => {
    const { cards } = open({
      genes: { CYP2C19: '*2/*2', 'HLA-B': '*57:01 positive' },
      medicines: ['citalopram', 'abacavir', 'omeprazole'],
    })
    expect(cards).toHaveLength(1)
    expect(cards[0]?.summary).toBe('Review 2 medicines against genotype: abacavir and citalopram')
    expect(cards[0]?.indicator).toBe('critical')
    expect(cards[0]?.detail?.split('\n').slice(0, 2)).toEqual([
      '- Avoid abacavir (DPWG and FDA: contraindicated; FDA boxed warning): HLA-B\\*57:01 positive',
      '- Choose another drug than citalopram: CYP2C19 poor metabolizer',
    ])
  })

  it('chooses none of two results that differ', () => {
    const { cards } = open({ genes: { CYP2C19: ['*1/*1', '*2/*2'] }, medicines: ['citalopram'] })
    expect(cards.map(({ summary }) => summary)).toEqual(['Clarify CYP2C19 for citalopram: results lead to different advice'])
  })

  it('says a drug once that the chart lists twice', () => {
    const { cards } = open({ genes: { CYP2C19: '*2/*2' }, medicines: ['citalopram', 'citalopram'] })
    expect(cards.map(({ summary }) => summary)).toEqual(['Choose another drug than citalopram: CYP2C19 poor metabolizer'])
  })
})
