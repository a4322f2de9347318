import { describe, expect, test } from 'vitest'
import type { PatientFacts } from '../../src/contract/facts.ts'
import type { GeneCall } from '../../src/contract/genes.ts'
import { readFacts } from '../../src/facts/read-facts.ts'
import { callGenes } from '../../src/pgx/gene-calls.ts'
import { modifiersOf, underModifiers } from '../../src/pgx/phenoconversion.ts'
import { deepFreeze, theKnowledge, theTerms } from '../builders/knowledge.ts'
import { condition, genotype, implication, indicator, loinc, observation, ROBIN, read, recordOf } from '../genomics/results.ts'

const factsOf = (...resources: readonly unknown[]): PatientFacts => readFacts(deepFreeze(recordOf(...resources)), theTerms())

const callsOf = (...resources: readonly unknown[]): GeneCall[] => {
  const { genes, modifiers } = theKnowledge()
  return callGenes(deepFreeze(factsOf(...resources)), genes, modifiers)
}

const callOf = (gene: string, ...resources: readonly unknown[]): GeneCall => {
  const call = callsOf(...resources).find((each) => each.gene === gene)
  if (!call) throw new Error(`no call for ${gene}`)
  return call
}

/** A call in one line. */
const line = (call: GeneCall): string => {
  switch (call.state) {
    case 'called':
      return `called ${call.genetic.diplotype ?? call.genetic.phenotype?.term} now ${call.clinical.activityScore?.text ?? call.clinical.phenotype?.code ?? call.clinical.keys[0]} (${call.phenoconversion.state})${call.flags.length > 0 ? ` ${call.flags.join(', ')}` : ''}`
    case 'candidates':
      return `candidates ${call.candidates.map(({ genetic }) => genetic.diplotype ?? genetic.phenotype?.term).join(' or ')} ${call.flags.join(', ')}`
    case 'indeterminate':
      return `indeterminate: ${call.because}`
    case 'not-tested':
      return 'not tested'
  }
}

const takes = (drug: string, rxcui: string, members: { readonly [member: string]: unknown } = {}): unknown => ({
  resourceType: 'MedicationRequest',
  id: `rx-${drug}`,
  status: 'active',
  intent: 'order',
  subject: { reference: `Patient/${ROBIN}` },
  authoredOn: '2026-01-10',
  medicationCodeableConcept: { text: drug, coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: rxcui }] },
  ...members,
})

const PAROXETINE = takes('paroxetine', '32937')
const DULOXETINE = takes('duloxetine', '72625')
const at = (date: string, id: string) => ({ effectiveDateTime: date, id })

describe('one call per gene', () => {
  test('a record without results leaves every gene not tested', () => {
    const calls = callsOf()
    expect(calls).toHaveLength(theKnowledge().genes.size)
    expect(new Set(calls.map((call) => call.state))).toEqual(new Set(['not-tested']))
  })

  test.each([
    ['one result', [genotype('CYP2C19', '*2/*2')], 'called *2/*2 now PM (none)'],
    [
      'the same result twice',
      [genotype('CYP2C19', '*1/*2', at('2020', 'a')), genotype('CYP2C19', '*2/*1', at('2023', 'b'))],
      'called *1/*2 now IM (none)',
    ],
    [
      'a phenotype that agrees',
      [genotype('CYP2C19', '*2/*2'), indicator('CYP2C19 Poor Metabolizer')],
      'called *2/*2 now PM (none) phenotype-only',
    ],
    [
      'two results that differ',
      [genotype('CYP2C19', '*1/*1', at('2020', 'a')), genotype('CYP2C19', '*1/*2', at('2023', 'b'))],
      'candidates *1/*1 or *1/*2 conflicting-results',
    ],
    [
      'a problem list that differs from the laboratory',
      [genotype('CYP2C19', '*1/*1'), condition('CYP2C19 poor metabolizer')],
      'called *1/*1 now NM (none) conflicting-results',
    ],
    ['a withdrawn result only', [genotype('CYP2C19', '*2/*2', { status: 'entered-in-error' })], 'not tested'],
    ['a test that was not performed', [genotype('CYP2C19', 'Not tested')], 'not tested'],
    [
      'a pending test',
      [genotype('CYP2C19', '', { status: 'registered', valueCodeableConcept: undefined })],
      'indeterminate: a test is pending',
    ],
    [
      'a preliminary result',
      [genotype('CYP2C19', '*2/*2', { status: 'preliminary' })],
      'indeterminate: the only result is preliminary: *2/*2 Poor Metabolizer',
    ],
    ['no call', [genotype('CYP2C19', 'No call')], 'indeterminate: the laboratory could not call it'],
    [
      'single variants',
      [genotype('CYP2C19', 'rs4244285 G/A')],
      'indeterminate: only single variants are reported, which do not make a genotype',
    ],
    [
      'a study without a finding',
      [observation('study', { code: loinc('53041-0'), component: genotype('CYP2C19', '').component as unknown[] })],
      'indeterminate: The gene was studied, but the record holds no finding for it.',
    ],
    ['a result of another person', [genotype('CYP2C19', '*2/*2', { subject: { reference: 'Patient/other' } })], 'not tested'],
    ['alternatives of one result', [genotype('TPMT', '*1/*3A or *3B/*3C')], 'not tested'],
  ])('%s', (_name, resources, expected) => {
    expect(line(callOf('CYP2C19', ...resources))).toBe(expected)
  })

  test('genes without a result are not called untested when pages of the search were not read', () => {
    const page = {
      resourceType: 'Bundle',
      type: 'searchset',
      link: [{ relation: 'next', url: 'https://ehr.test/2' }],
      entry: [{ resource: genotype('CYP2C19', '*1/*2') }],
    }
    const facts = factsOf()
    const { readings, gaps } = read(page)
    const calls = callGenes({ ...facts, readings, gaps }, theKnowledge().genes, [])
    expect(calls.filter((call) => call.gene === 'CYP2C19' || call.gene === 'TPMT').map(line)).toEqual([
      'called *1/*2 now IM (none) incomplete-search',
      'indeterminate: not all results of the record were read',
    ])
  })

  test('alternatives of one result are candidates', () => {
    expect(line(callOf('TPMT', genotype('TPMT', '*1/*3A or *3B/*3C')))).toBe('candidates *1/*3A or *3B/*3C ambiguous-diplotype')
  })

  test('alternatives that mean the same are one call', () => {
    expect(line(callOf('CYP2C19', genotype('CYP2C19', '*1/*2 or *1/*3')))).toBe(
      'called Intermediate Metabolizer now IM (none) ambiguous-diplotype',
    )
  })

  test('alternatives with one phenotype and two scores stay candidates, for rules that ask the score', () => {
    expect(line(callOf('CYP2C9', genotype('CYP2C9', '*1/*2 or *1/*3')))).toBe('candidates *1/*2 or *1/*3 ambiguous-diplotype')
  })

  test('a genotype and a phenotype of one test that differ are a matter of tables', () => {
    const lab = { performer: [{ display: 'Harbour Laboratory' }] }
    const call = callOf(
      'CYP2C9',
      genotype('CYP2C9', '*1/*2', lab),
      observation('word', { code: loinc('79716-7'), valueCodeableConcept: loinc('LA25391-6', 'Normal metabolizer'), ...lab }),
    )
    expect(line(call)).toBe('candidates *1/*2 or Normal Metabolizer lab-table-mismatch, phenotype-only')
  })

  test('presence tests of different alleles add up', () => {
    const call = callOf(
      'HLA-B',
      observation('a', { code: loinc('50956-2'), valueBoolean: false }),
      observation('b', { code: loinc('57979-7'), valueBoolean: true }),
    )
    expect(call).toMatchObject({ state: 'called', genetic: { keys: ['*15:02 positive', '*57:01 negative'] } })
  })

  test('opposite answers for one allele are candidates', () => {
    const call = callOf(
      'HLA-B',
      observation('a', { code: loinc('50956-2'), valueBoolean: false }),
      observation('b', { code: loinc('50956-2'), valueBoolean: true }),
    )
    expect(call).toMatchObject({ state: 'candidates', flags: ['conflicting-results'] })
  })

  test('a result after a transplant is set aside where an earlier one stands', () => {
    const transplant = {
      resourceType: 'Procedure',
      id: 'p',
      status: 'completed',
      subject: { reference: `Patient/${ROBIN}` },
      code: { coding: [{ code: '23719005' }] },
      performedDateTime: '2021-02-03',
    }
    const call = callOf('DPYD', transplant, genotype('DPYD', '*1/*1', at('2018', 'a')), genotype('DPYD', '*1/*2A', at('2022', 'b')))
    expect(line(call)).toBe('called Reference/Reference now 2.0 (none) later-result-set-aside, transplant-after-result')
  })
})

describe('phenoconversion', () => {
  const NM = genotype('CYP2D6', '*1/*1')

  test.each([
    ['a strong inhibitor makes the score 0', [NM, PAROXETINE], 'called *1/*1 now 0.0 (converted)'],
    ['a moderate one halves it', [NM, DULOXETINE], 'called *1/*1 now 1.0 (converted)'],
    ['of two the strongest counts', [NM, DULOXETINE, PAROXETINE], 'called *1/*1 now 0.0 (converted)'],
    ['an open-ended score goes to 0 as well', [genotype('CYP2D6', '*1/*1x≥3'), PAROXETINE], 'called *1/*1x≥3 now 0.0 (converted)'],
    [
      'a phenotype alone goes to 0',
      [indicator('CYP2D6 Normal Metabolizer'), PAROXETINE],
      'called Normal Metabolizer now 0.0 (converted) phenotype-only',
    ],
    [
      'a phenotype alone cannot be halved',
      [indicator('CYP2D6 Normal Metabolizer'), DULOXETINE],
      'called Normal Metabolizer now NM (caution) phenotype-only',
    ],
    [
      'a stopped medicine does not count',
      [NM, takes('paroxetine', '32937', { status: 'stopped', authoredOn: '2024-01-10' })],
      'called *1/*1 now 2.0 (none)',
    ],
    [
      'one begun lately and stopped, unknown when, is told',
      [NM, takes('paroxetine', '32937', { status: 'stopped' })],
      'called *1/*1 now 2.0 (caution)',
    ],
    [
      'a medicine in the eye does not count',
      [
        NM,
        takes('paroxetine', '32937', {
          dosageInstruction: [{ route: { coding: [{ system: 'http://snomed.info/sct', code: '54485002', display: 'Ophthalmic route' }] } }],
        }),
      ],
      'called *1/*1 now 2.0 (none)',
    ],
    ['a cream does not count', [NM, takes('terbinafine 1 % cream', '37801')], 'called *1/*1 now 2.0 (none)'],
    ['another medicine does not count', [NM, takes('metformin', '6809')], 'called *1/*1 now 2.0 (none)'],
  ])('%s', (_name, resources, expected) => {
    expect(line(callOf('CYP2D6', ...resources))).toBe(expected)
  })

  test('both genotypes stay visible, with the medicine and the factor', () => {
    expect(callOf('CYP2D6', NM, PAROXETINE)).toMatchObject({
      genetic: { diplotype: '*1/*1', activityScore: { text: '2.0' }, phenotype: { code: 'NM' } },
      clinical: { diplotype: '*1/*1', activityScore: { text: '0.0' }, phenotype: { code: 'PM' }, keys: ['0.0', 'PM'] },
      phenoconversion: {
        state: 'converted',
        factor: 0,
        by: [{ drug: 'paroxetine', strength: 'strong', lineage: { resource: 'MedicationRequest/rx-paroxetine' } }],
      },
    })
  })

  test('a medicine taken as needed counts, and that is said', () => {
    const call = callOf('CYP2D6', NM, takes('paroxetine', '32937', { dosageInstruction: [{ asNeededBoolean: true }] }))
    expect(call).toMatchObject({ phenoconversion: { state: 'converted', note: expect.stringContaining('Taken as needed: paroxetine.') } })
  })

  test('enzymes without a numeric rule keep their genotype, with a caution', () => {
    const rows = theKnowledge().modifiers.filter(
      (row) => row.verified === 'seen' && row.strength !== 'weak' && row.enzyme === 'CYP2C19' && row.rxcui !== null,
    )
    const [row] = rows
    if (!row?.rxcui) throw new Error('no modifier of CYP2C19 was read in a source')
    const call = callOf('CYP2C19', genotype('CYP2C19', '*1/*2'), takes(row.drug, row.rxcui))
    expect(call).toMatchObject({
      genetic: { keys: ['IM', '*1/*2'] },
      clinical: { keys: ['IM', '*1/*2'] },
      phenoconversion: { state: 'caution', by: [{ drug: row.drug }] },
    })
  })

  test('rows that nobody read in a source change nothing', () => {
    const { genes, modifiers } = theKnowledge()
    const facts = factsOf(NM, PAROXETINE)
    const unread = modifiers.map((row) => ({ ...row, verified: 'recalled' as const }))
    expect(callGenes(facts, genes, unread).find((call) => call.gene === 'CYP2D6')).toMatchObject({ phenoconversion: { state: 'none' } })
  })

  test('the ordered drug does not inhibit itself', () => {
    const { genes, modifiers } = theKnowledge()
    const facts = factsOf(NM, DULOXETINE, PAROXETINE)
    const call = callOf('CYP2D6', NM, DULOXETINE, PAROXETINE)
    const table = genes.get('CYP2D6')
    if (!table) throw new Error('no table')
    const without = (name: string): GeneCall =>
      underModifiers(call, table, modifiersOf('CYP2D6', facts.medicines, modifiers, facts.now, { name, rxcui: null }))
    expect(line(without('paroxetine'))).toBe('called *1/*1 now 1.0 (converted)')
    expect(line(without('duloxetine'))).toBe('called *1/*1 now 0.0 (converted)')
    expect(without('codeine')).toEqual(call)
  })

  test('candidates are converted one by one', () => {
    const call = callOf('CYP2D6', genotype('CYP2D6', '*1/*4 or *1/*41'), DULOXETINE)
    expect(call).toMatchObject({
      state: 'candidates',
      candidates: [
        { clinical: { activityScore: { text: '0.5' } } },
        { clinical: { activityScore: { text: '0.625' }, keys: ['0.625', '0.5', 'IM'] } },
      ],
    })
  })
})

test('an implication without its genotype is still a phenotype of its gene', () => {
  const call = callOf('CYP2C19', implication(loinc('LA9657-3', 'Poor metabolizer'), { component: genotype('CYP2C19', '').component }))
  expect(line(call)).toBe('called Poor Metabolizer now PM (none) phenotype-only')
})
