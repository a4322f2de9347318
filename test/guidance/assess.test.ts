import { describe, expect, it } from 'vitest'
import { drawPatient, sketchSchema } from '../../src/cli/patient-sketch.ts'
import type { PatientFacts } from '../../src/contract/facts.ts'
import type { GuidanceSource } from '../../src/contract/findings.ts'
import { assess } from '../../src/guidance/assess.ts'
import { formatAction } from '../../src/guidance/parse-action.ts'
import { callGenes } from '../../src/pgx/gene-calls.ts'
import { theKnowledge } from '../builders/knowledge.ts'

const knowledge = theKnowledge()
const CPIC_FIRST = ['CPIC', 'DPWG', 'FDA'] as const

const a = (sketch: object): PatientFacts => drawPatient(sketchSchema.parse(sketch), knowledge)
const assessed = (facts: PatientFacts, precedence: readonly GuidanceSource[] = CPIC_FIRST) =>
  assess(facts, callGenes(facts, knowledge.genes, knowledge.modifiers), knowledge, { precedence })
const first = (facts: PatientFacts, precedence?: readonly GuidanceSource[]) => {
  const drug = assessed(facts, precedence).orders[0]?.drugs[0]
  if (!drug) throw new Error('no drug was assessed')
  return drug
}

const STENT = { procedures: [{ name: 'Percutaneous coronary intervention', snomed: '415070008' }] }
const POOR = { age: 62, weightKg: 80, genes: { CYP2C19: '*2/*2' }, ...STENT }

describe('findings', () => {
  it('the whole finding of CPIC for a poor metabolizer after a stent', () => {
    const finding = first(a({ ...POOR, order: { drug: 'clopidogrel' } })).findings[0]
    expect({ ...finding, id: 'id', basis: undefined, facts: finding?.facts.map((fact) => fact.resource) }).toEqual({
      id: 'id',
      kind: 'guidance',
      row: 'cpic/clopidogrel/2',
      order: 'MedicationRequest/order',
      drug: { name: 'clopidogrel', rxcui: '32968' },
      genes: ['CYP2C19'],
      basis: undefined,
      source: 'CPIC',
      guideline: {
        id: 'PA166104948',
        url: 'https://www.clinpgx.org/guidelineAnnotation/PA166104948',
        year: 2022,
        pmid: expect.any(Array),
        asOf: '2024-03',
      },
      strength: 'Strong',
      actions: [
        { code: 'avoid', detail: 'standard dose' },
        { code: 'alternative', detail: 'prasugrel,ticagrelor' },
      ],
      consequence: 'avoid',
      effect: expect.any(Array),
      risk: expect.any(String),
      population: {
        code: 'CVI ACS PCI',
        label: 'acute coronary syndrome or percutaneous coronary intervention',
        state: 'matches',
        because: 'Percutaneous coronary intervention',
      },
      facts: ['Procedure/p0'],
    })
  })

  it('the basis names the result, the word that matched and the resource', () => {
    const basis = first(a({ ...POOR, order: { drug: 'clopidogrel' } })).findings[0]?.basis[0]
    expect(basis).toMatchObject({
      gene: 'CYP2C19',
      state: 'called',
      key: 'PM',
      genetic: { diplotype: '*2/*2', phenotype: { code: 'PM', term: 'Poor Metabolizer' } },
      converted: false,
      facts: [{ resource: 'Observation/CYP2C19-0' }],
    })
  })

  it('phenoconversion leaves the genetic result visible beside the clinical one', () => {
    const finding = first(a({ genes: { CYP2D6: '*1/*1' }, medicines: ['paroxetine'], order: { drug: 'tramadol' } })).findings[0]
    expect(finding?.basis[0]).toMatchObject({
      key: '0.0',
      converted: true,
      genetic: { activityScore: { text: '2.0' } },
      clinical: { activityScore: { text: '0.0' }, phenotype: { code: 'PM' } },
    })
  })

  it('the source that a site puts first comes first', () => {
    const facts = a({ ...POOR, order: { drug: 'clopidogrel' } })
    const sources = (precedence: readonly GuidanceSource[]) => [
      ...new Set(
        first(facts, precedence)
          .findings.filter((finding) => finding.kind === 'guidance')
          .map((finding) => finding.source),
      ),
    ]
    expect(sources(['CPIC', 'DPWG', 'FDA'])).toEqual(['CPIC', 'DPWG', 'FDA'])
    expect(sources(['FDA', 'DPWG', 'CPIC'])).toEqual(['FDA', 'DPWG', 'CPIC'])
  })

  it('an id depends on the row, the order and the genotype, and on nothing else', () => {
    const id = (sketch: object) => first(a({ ...POOR, order: { drug: 'clopidogrel' }, ...sketch })).findings[0]?.id
    expect(id({})).toMatch(/^[0-9a-f]{16}$/)
    expect(id({ age: 63, weightKg: 70 })).toBe(id({}))
    expect(id({ genes: { CYP2C19: '*2/*3' } })).not.toBe(id({}))
  })

  it('an entry of the FDA that was not read only says that the FDA lists the pair', () => {
    const listed = first(a({ genes: { CYP2D6: '*4/*4' }, order: { drug: 'donepezil' } })).findings
    expect(listed.map(({ kind, actions, consequence, basis, source }) => ({ kind, actions, consequence, basis, source }))).toEqual([
      { kind: 'listed', actions: [], consequence: 'none', basis: [], source: 'FDA' },
    ])
  })
})

describe('what cannot be assessed', () => {
  it('a drug text that nobody knows is a silence on the order', () => {
    const order = assessed(a({ order: { drug: 'unobtainium 5 mg' } })).orders[0]
    expect(order?.drugs).toEqual([])
    expect(order?.gaps).toMatchObject([{ about: 'unobtainium 5 mg', code: 'unmapped' }])
  })

  it('a text that cannot be mapped but names a drug with guidance is not assessed, and says so', () => {
    const facts = a({ genes: { 'HLA-B': '*57:01 positive' }, order: { drug: 'unobtainium' } })
    const unclear = {
      ...facts,
      orders: facts.orders.map((order) => ({
        ...order,
        drug: { ...order.drug, text: 'study medication (abacavir or placebo)', ingredients: [] },
      })),
    }
    const drug = first(unclear)
    expect({ state: drug.state, drug: drug.drug.name, findings: drug.findings, gaps: drug.gaps.map((gap) => gap.code) }).toEqual({
      state: 'not-assessed',
      drug: 'abacavir',
      findings: [],
      gaps: ['unreadable'],
    })
  })

  it('a gap over all genomics explains a missing gene', () => {
    const facts = a({ order: { drug: 'clopidogrel' } })
    const failed = { ...facts, gaps: [{ about: 'genomics', code: 'timeout' as const, because: 'the laboratory results came too late' }] }
    expect(first(failed).gaps.map((gap) => `${gap.about} ${gap.code}`)).toEqual(['CYP2C19 not-tested', 'genomics timeout'])
  })

  it('a genetic report that nobody could read is named beside the test that is due', () => {
    const facts = a({ order: { drug: 'abacavir' } })
    const unread = {
      ...facts,
      gaps: [{ about: 'HLA typing', code: 'unread-document' as const, because: 'the result stands in a document' }],
    }
    const drug = first(unread)
    expect(drug.gaps.map((gap) => gap.code)).toEqual(['not-tested', 'unread-document'])
    expect(drug.testFirst?.demand).toBe('required')
  })
})

describe('medicines in use', () => {
  it('are assessed by the same rows, without a test first', () => {
    const facts = a({ genes: { CYP2C19: '*2/*2' }, medicines: ['clopidogrel', 'capecitabine'], order: { drug: 'metformin' } })
    const medicines = assessed(facts).medicines
    expect(medicines.map(({ about, ref, state, testFirst }) => ({ about, ref, state, testFirst }))).toEqual([
      { about: 'medicine', ref: 'MedicationRequest/m0', state: 'assessed-with-gaps', testFirst: null },
      { about: 'medicine', ref: 'MedicationRequest/m1', state: 'not-assessed', testFirst: null },
    ])
  })

  it('that were stopped are not assessed', () => {
    const facts = a({ genes: { CYP2C19: '*2/*2' }, medicines: [{ drug: 'clopidogrel', end: '2020-01-01' }], order: { drug: 'metformin' } })
    expect(assessed(facts).medicines).toEqual([])
  })
})

describe('test first', () => {
  it('names what to order, with the code that was verified', () => {
    const test = first(a({ order: { drug: 'abacavir' } })).testFirst
    expect({ ...test, id: 'id' }).toEqual({
      id: 'id',
      order: 'MedicationRequest/order',
      drug: { name: 'abacavir', rxcui: '190521' },
      genes: [
        {
          gene: 'HLA-B',
          test: 'HLA-B*57:01 test',
          coding: { system: 'http://loinc.org', code: '50956-2', display: 'HLA-B*57:01 [Presence]' },
          demand: 'required',
          limit: null,
          because: 'no result on record',
        },
      ],
      demands: [expect.objectContaining({ row: 'fda/abacavir', demand: 'required', tests: ['HLA-B*57:01 test'], limit: null })],
      demand: 'required',
      source: 'FDA',
      basis: expect.stringContaining('screen every patient'),
      url: 'https://www.ncbi.nlm.nih.gov/books/NBK315783/',
      year: 2017,
    })
  })

  it('there is never more than one per order, however many rows ask for it', () => {
    expect(first(a({ order: { drug: 'carbamazepine' } })).testFirst?.genes.map((gene) => gene.test)).toEqual([
      'HLA-B*15:02 test',
      'HLA-A*31:01 test',
    ])
  })
})

describe('alternatives', () => {
  it('every check says what it found, with the facts it rests on', () => {
    const stroke = { conditions: [{ name: 'Stroke', snomed: '230690007', date: '2019-05-01' }] }
    const { alternatives } = first(a({ ...POOR, ...stroke, order: { drug: 'clopidogrel' } }))
    const [ticagrelor] = alternatives
    const prasugrel = alternatives.find((one) => one.drug.name === 'prasugrel')
    expect(ticagrelor).toMatchObject({ drug: { name: 'ticagrelor' }, verdict: 'fits', namedBy: ['CPIC', 'DPWG'] })
    expect(ticagrelor?.product).toEqual({ code: '1116635', display: 'ticagrelor 90 MG Oral Tablet' })
    expect(prasugrel).toMatchObject({ drug: { name: 'prasugrel' }, verdict: 'unfit' })
    expect(prasugrel?.checked.find((check) => check.what === 'prior stroke or TIA')).toEqual({
      what: 'prior stroke or TIA',
      result: 'problem',
      because: 'Stroke (2019-05-01): contraindicated after a stroke or TIA (FDA label of prasugrel, section 4)',
      facts: [{ resource: 'Condition/c0', date: '2019-05-01' }],
    })
  })

  it('what was not read is listed as not checked and nothing is said to fit', () => {
    const drug = first(a({ ...POOR, unread: ['allergies', 'medications'], order: { drug: 'clopidogrel' } }))
    for (const one of drug.alternatives) {
      expect(one.verdict).toBe('unknown')
      expect(one.checked.filter((check) => check.result === 'not-checked').map((check) => check.what)).toEqual(
        expect.arrayContaining(['allergies', 'duplicates']),
      )
    }
  })

  it('a drug that the patient already takes is not offered', () => {
    const drug = first(a({ ...POOR, medicines: ['ticagrelor'], order: { drug: 'clopidogrel' } }))
    expect(drug.alternatives.find((one) => one.drug.name === 'ticagrelor')?.verdict).toBe('unfit')
  })

  it('words for a class of drugs stay text and are never turned into a drug', () => {
    const drug = first(a({ genes: { CYP2D6: '*4/*4' }, order: { drug: 'tramadol' } }))
    expect(drug.findings.flatMap((finding) => finding.actions.map(formatAction))).toContain('alternative(non-codeine opioid)')
    expect(drug.alternatives).toEqual([])
  })

  it('a drug that the source rules out is not offered even when another source names it', () => {
    const drug = first(a({ genes: { CYP2D6: '*4/*4' }, order: { drug: 'codeine' } }))
    expect(drug.alternatives.map((one) => one.drug.name)).toEqual(['morphine'])
  })
})

describe('doses', () => {
  it('a limit that the order keeps asks for nothing and says so', () => {
    const finding = first(a({ genes: { SLCO1B1: '*5/*5' }, order: { drug: 'atorvastatin', mgPerDay: 20 } })).findings[0]
    expect(finding?.consequence).toBe('standard')
    expect(finding?.actions[0]).toEqual({ code: 'start', value: '<=20 mg/day', atHand: { state: 'within', because: '20 mg/day' } })
  })

  it('without a computable dose the limit stands as it is', () => {
    const finding = first(a({ genes: { SLCO1B1: '*5/*5' }, order: { drug: 'atorvastatin' } })).findings[0]
    expect(finding?.consequence).toBe('dose')
    expect(finding?.actions[0]).toEqual({ code: 'start', value: '<=20 mg/day' })
  })

  it('the caution about a dose speaks only at that dose', () => {
    const at = (mgPerDay: number) =>
      first(a({ genes: { SLCO1B1: '*1/*5' }, order: { drug: 'pravastatin', mgPerDay } })).findings[0]?.consequence
    expect([at(40), at(80)]).toEqual(['standard', 'caution'])
  })
})
