import { describe, expect, it } from 'vitest'
import { cardsFor, sketchPatient, theWriting } from './row-patients.ts'

/** What a pharmacist found in reading every phenotype of every drug, kept from coming back. Optional advice is left to the app. */
const APP = { policy: { ...theWriting().policy, optionalAdvice: 'app' as const } }

type Genes = Readonly<Record<string, string>>
const asked = (drug: string, genes: Genes, more: object = {}) => cardsFor(sketchPatient({ age: 45, genes, order: { drug }, ...more }), APP)
const saying = (drug: string, genes: Genes, more: object = {}): string[] =>
  asked(drug, genes, more).cards.map(({ indicator, summary }) => `${indicator}: ${summary}`)
const silent = (drug: string, genes: Genes, more: object = {}): string[] => asked(drug, genes, more).silences.map(({ because }) => because)

const taking = (drug: string) => ({ medicines: [{ drug }] })

describe('A result that is coarser than the rows', () => {
  it.each([
    ['siponimod', 'PM', 'warning: Clarify CYP2C9 before siponimod (FDA contraindication: see detail)'],
    ['warfarin', 'IM', 'warning: Clarify CYP2C9 before warfarin'],
  ])('asks for the diplotype: %s, CYP2C9 %s', (drug, phenotype, words) => {
    expect(saying(drug, { CYP2C9: phenotype })).toEqual([`${words}: the advice depends on the diplotype, which is not stated`])
  })

  it('asks for it where only the label tells diplotypes apart', () => {
    expect(saying('belinostat', { UGT1A1: 'PM' })).toEqual([
      'warning: Clarify UGT1A1 before belinostat: the advice depends on the diplotype, which is not stated',
    ])
    expect(saying('belinostat', { UGT1A1: '*28/*28' })).toEqual(['warning: Start belinostat at 750 mg/m2/day: UGT1A1 poor metabolizer'])
    expect(saying('belinostat', { UGT1A1: '*1/*28' })).toEqual([])
  })
})

describe('A result that the rows leave out', () => {
  it.each([
    ['mavacamten', { CYP2C19: 'lPM' }, 'DPWG has advice for CYP2C19 poor metabolizers, and does not speak of likely poor metabolizers'],
    ['haloperidol', { CYP2D6: '2.75' }, 'DPWG has advice by CYP2D6 activity score, and none for 2.75'],
  ] as const)('is told as not assessed, not passed over: %s', (drug, genes, because) => {
    expect(saying(drug, genes)).toEqual([`info: Not assessed: ${drug}, because ${because}`])
  })
})

describe('Advice for two genes together', () => {
  it.each([
    [
      'rosuvastatin',
      { ABCG2: 'PF', SLCO1B1: '*1/*1' },
      'Start rosuvastatin at no more than 20 mg/day: ABCG2 poor function and SLCO1B1 normal function',
    ],
    ['rosuvastatin', { ABCG2: 'PF', SLCO1B1: '*5/*5' }, 'Start rosuvastatin at no more than 10 mg/day: ABCG2 and SLCO1B1 poor function'],
    [
      'fluvastatin',
      { CYP2C9: '*3/*3', SLCO1B1: '*5/*5' },
      'Choose another drug than fluvastatin: CYP2C9 poor metabolizer and SLCO1B1 poor function',
    ],
  ] as const)('is not silenced as optional where the advice for one of them alone is not: %s', (drug, genes, words) => {
    expect(saying(drug, genes)).toEqual([`warning: ${words}`])
  })

  it('names both results in a long summary', () => {
    expect(saying('azathioprine', { TPMT: '*3A/*3A', NUDT15: '*1/*3' })).toEqual([
      'warning: Choose another drug than azathioprine for non-malignant disease (else see detail): NUDT15 intermediate and TPMT poor metabolizer',
    ])
  })

  it('optional advice that is left to the app is told as such', () => {
    expect(silent('desipramine', { CYP2D6: '*1/*4' })).toEqual([
      'CPIC 2017 gives advice that is left to the app for CYP2D6 intermediate metabolizer',
    ])
  })
})

describe('A label that doses by genotype and inhibitors together', () => {
  const NM = { CYP2D6: '*1/*1' }
  const IM = { CYP2D6: '*1/*4' }
  const BOTH = { medicines: [{ drug: 'quinidine' }, { drug: 'fluconazole' }] }
  it.each([
    ['normal, none', NM, {}, []],
    ['normal, strong CYP3A', NM, taking('ketoconazole'), ['warning: Give eliglustat at 84 mg/day: CYP2D6 normal metabolizer']],
    [
      'intermediate, strong CYP3A',
      IM,
      taking('ketoconazole'),
      ['critical: Eliglustat is contraindicated: CYP2D6 intermediate metabolizer'],
    ],
    ['intermediate, moderate CYP3A', IM, taking('fluconazole'), ['warning: Avoid eliglustat: CYP2D6 intermediate metabolizer']],
    ['normal, strong CYP2D6', NM, taking('quinidine'), ['warning: Give eliglustat at 84 mg/day: CYP2D6 normal metabolizer']],
    ['normal, strong CYP2D6 and moderate CYP3A', NM, BOTH, ['critical: Eliglustat is contraindicated: CYP2D6 normal metabolizer']],
    [
      'intermediate, strong CYP2D6 and moderate CYP3A',
      IM,
      BOTH,
      ['critical: Eliglustat is contraindicated: CYP2D6 intermediate metabolizer'],
    ],
    ['normal, moderate CYP2D6', NM, taking('duloxetine'), ['warning: Give eliglustat at 84 mg/day: CYP2D6 normal metabolizer']],
    ['poor, none', { CYP2D6: '*4/*4' }, {}, ['warning: Give eliglustat at 84 mg/day: CYP2D6 poor metabolizer']],
  ] as const)('%s', (_name, genes, more, words) => {
    expect(saying('eliglustat', genes, more)).toEqual(words)
  })

  it('asks about liver and kidneys where the advice depends on them', () => {
    expect(saying('eliglustat', IM)).toEqual([
      'warning: Avoid eliglustat in renal or mild hepatic impairment (else see detail): CYP2D6 intermediate metabolizer',
    ])
  })
})

describe('A label alone', () => {
  it('speaks where no guideline does', () => {
    expect(saying('siponimod', { CYP2C9: '*3/*3' })).toEqual(['critical: Avoid siponimod (FDA: contraindicated): CYP2C9 poor metabolizer'])
    expect(saying('deutetrabenazine', { CYP2D6: '*4/*4' })).toEqual([
      'warning: Keep deutetrabenazine at 36 mg/day or less: CYP2D6 poor metabolizer',
    ])
    expect(saying('methylene blue', { G6PD: 'Variable' })).toEqual(['critical: Methylene blue is contraindicated: G6PD variable'])
  })

  it('what a guideline allows after months of treatment is told beside what the box says', () => {
    const months = { medicines: [{ drug: 'carbamazepine', start: '2025-01-01' }] }
    expect(saying('carbamazepine', { 'HLA-B': '*15:02 positive' }, months)).toEqual([
      'warning: Use carbamazepine with caution (DPWG and FDA: avoid; FDA boxed warning): HLA-B*15:02 positive (HLA-A not tested)',
    ])
  })
})

describe('Doses of another body weight', () => {
  it('are not given to a child of 30 kg, and what was not read for it is said', () => {
    expect(saying('efavirenz', { CYP2B6: '*6/*6' }, { age: 6, weightKg: 30 })).toEqual([
      'info: Not assessed: efavirenz against CYP2B6, because DPWG says more for this result that was not read: under 40 kg, combination product',
    ])
  })
})
