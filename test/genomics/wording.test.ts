import { describe, expect, test } from 'vitest'
import { condition, genotype, lineOf, linesOf, observation, read, textResult } from './results.ts'

const keysOf = (gene: string, text: string): readonly string[] =>
  read(genotype(gene, text)).readings.flatMap((reading) => reading.genotype.keys)

describe('a diplotype in a coded result', () => {
  test.each([
    ['CYP2C19', '*2/*1', 'CYP2C19 | *1/*2 | Intermediate Metabolizer -> high act'],
    ['CYP2C19', 'CYP2C19*2 / CYP2C19*17', 'CYP2C19 | *2/*17 | Intermediate Metabolizer -> high act'],
    ['CYP2C19', 'CYP2C19_*2/*2', 'CYP2C19 | *2/*2 | Poor Metabolizer -> high act'],
    ['CYP2C19', '*1|*17', 'CYP2C19 | *1/*17 | Rapid Metabolizer -> high act'],
    ['CYP2C19', 'CYP2C19*2+CYP2C19*3', 'CYP2C19 | *2/*3 | Poor Metabolizer -> high act'],
    ['CYP2C19', '*1/*2 (tested: *2, *3, *17)', 'CYP2C19 | *1/*2 | Intermediate Metabolizer -> high act'],
    ['CYP2C9', '*1/*11', 'CYP2C9 | *1/*11 | Intermediate Metabolizer | 1.5 -> high act'],
    ['CYP2D6', '*10/*4', 'CYP2D6 | *4/*10 | Intermediate Metabolizer | 0.25 -> high act'],
    ['CYP2D6', '*1x2/*9', 'CYP2D6 | *1x2/*9 | Normal Metabolizer | 2.25 -> high act'],
    ['CYP2D6', '*2x3/*2', 'CYP2D6 | *2/*2x≥3 | Ultrarapid Metabolizer | ≥4.0 -> high act'],
    ['CYP2D6', '*4.001/*1.002', 'CYP2D6 | *1/*4 | Intermediate Metabolizer | 1.0 -> high act'],
    ['DPYD', '*1/*13', 'DPYD | Reference/c.1679T>G (*13) | Intermediate Metabolizer | 1.0 -> high act'],
    ['DPYD', 'c.2846A>T/c.1905+1G>A', 'DPYD | c.1905+1G>A (*2A)/c.2846A>T | Poor Metabolizer | 0.5 -> high act'],
    ['DPYD', 'HapB3 heterozygous', 'DPYD | Reference/c.1129-5923C>G, c.1236G>A (HapB3) | Intermediate Metabolizer | 1.5 -> high act'],
    ['UGT1A1', '*28/*80+*28', 'UGT1A1 | *28/*80+*28 | Poor Metabolizer -> high act'],
    ['RYR1', 'c.7300G>A heterozygous', 'RYR1 | Reference/c.7300G>A | Malignant Hyperthermia Susceptibility -> high act'],
    ['RYR1', 'Reference/Reference', 'RYR1 | Reference/Reference | Uncertain Susceptibility -> high act'],
    ['MT-RNR1', 'm.1494C>T detected', 'MT-RNR1 | m.1494C>T | Increased risk of aminoglycoside-induced hearing loss -> high act'],
    ['G6PD', 'Canton, hemizygous', 'G6PD | Canton (hemizygous) | Deficient -> medium act (text-only)'],
    ['G6PD', 'Mediterranean/B', 'G6PD | B (reference)/Mediterranean | Variable -> medium act (text-only)'],
    ['G6PD', 'Asahi/Mt Sinai or Guadalajara/A- 202A_376G', 'G6PD | Deficient -> medium act (ambiguous-diplotype, text-only)'],
    [
      'CFTR',
      'G551D/F508del',
      'CFTR | G551D (second allele not stated) | Ivacaftor responsive in CF patients -> medium act (limited-coverage)',
    ],
  ])('%s %s', (gene, text, expected) => {
    expect(linesOf(genotype(gene, text))).toEqual([expected])
  })
})

describe('the two bases of one site', () => {
  test.each([
    ['VKORC1', 'rs9923231 T/T', 'rs9923231 T/T', ['-1639 AA']],
    ['VKORC1', '-1639G>A: A/G', 'rs9923231 C/T', ['-1639 AG']],
    ['VKORC1', 'c.-1639G>A GG', 'rs9923231 C/C', ['-1639 GG']],
    ['SLCO1B1', 'rs4149056 CC', 'rs4149056 C/C', ['PF']],
    ['ABCG2', '421C>A C/A', 'rs2231142 G/T', ['DF']],
    ['IFNL3', 'rs12979860 C/C', 'rs12979860 C/C', ['favourable']],
    ['CYP3A5', '6986A>G A/G', '*1/*3', ['IM']],
    ['CYP4F2', 'rs2108622 C/T', '*1/*3', []],
  ])('%s %s', (gene, text, diplotype, words) => {
    const [reading] = read(genotype(gene, text)).readings
    expect(reading?.genotype.diplotype).toBe(diplotype)
    expect(reading?.genotype.keys.filter((key) => key !== diplotype)).toEqual(words)
  })

  test('two bases without a site are shown and not used', () => {
    expect(linesOf(genotype('VKORC1', 'C/T'))).toEqual(['VKORC1 | C/T (site not stated) -> low inform (site-missing)'])
  })

  test('equal bases of a site whose strands look alike are not used', () => {
    expect(linesOf(genotype('DPYD', 'rs67376798 T/T'))).toEqual(['DPYD -> low inform (variant-only)'])
  })
})

describe('what is left open stays open', () => {
  test.each([
    ['TPMT', '*1/*3A or *3B/*3C', 'low candidates', ['*1/*3A', '*3B/*3C']],
    ['SLCO1B1', '*5 or *15 / *1', 'medium act', ['*1/*15', '*1/*5']],
    ['CYP2D6', '*2/*4 DUP', 'low candidates', ['*2/*4x2', '*2x2/*4']],
    ['CYP2D6', '*1/*2xN', 'low candidates', ['*1/*2x2', '*1/*2x≥3']],
    ['CYP2D6', '(*1/*1)x3', 'medium act', ['*1/*1x2', '*1/*1x2']],
  ])('%s %s', (gene, text, standing, candidates) => {
    const [reading] = read(genotype(gene, text)).readings
    expect(`${reading?.confidence} ${reading?.use}`).toBe(standing)
    expect(reading?.candidates.map((candidate) => candidate.diplotype).sort()).toEqual(candidates)
  })

  test('a phenotype between two words is both', () => {
    const [reading] = read(genotype('CYP2D6', 'Normal to Intermediate Metabolizer')).readings
    expect(reading?.use).toBe('candidates')
    expect(reading?.candidates.map((candidate) => candidate.phenotype?.code)).toEqual(['NM', 'IM'])
  })
})

describe('never read as a finding, let alone as normal', () => {
  test.each([
    ['CYP2C19', 'No call', 'CYP2C19 -> none inform (no-call)'],
    ['CYP2C19', 'Indeterminate', 'CYP2C19 -> none inform (indeterminate)'],
    ['CYP2C19', 'Not tested', 'CYP2C19 -> none inform (not-performed)'],
    ['CYP2C19', '*1/?', 'CYP2C19 -> none inform (partial-call)'],
    ['CYP2C19', 'see attached report', 'CYP2C19 -> none inform (unread-document)'],
    ['CYP2C19', 'something else', 'CYP2C19 -> none inform (indeterminate)'],
    ['CYP2C19', 'Negative', 'CYP2C19 -> none inform (indeterminate)'],
    ['CYP2C19', 'not a poor metabolizer', 'CYP2C19 -> none ignore (negated-text)'],
    ['CYP2C19', 'High Risk', 'CYP2C19 -> none inform (indeterminate)'],
    ['CYP2C19', '*2 heterozygous', 'CYP2C19 -> low inform (variant-only)'],
    ['CYP2C19', '*2/*999', 'CYP2C19 | *2/*999 -> low inform (not-in-table)'],
    ['CYP2D6', '*1/*164', 'CYP2D6 | *1/*164 -> low inform (not-in-table)'],
    ['CYP2D6', '*1/*36+*10', 'CYP2D6 | *1/*36+*10 -> low inform (not-in-table, tandem)'],
    ['CYP2D6', 'Likely Poor Metabolizer', 'CYP2D6 -> none inform (not-in-table)'],
    ['MT-RNR1', 'm.1555A>G not detected', 'MT-RNR1 -> low inform (variant-only)'],
    ['RYR1', 'negative', 'RYR1 -> none inform (indeterminate)'],
  ])('%s %s', (gene, text, expected) => {
    expect(linesOf(genotype(gene, text))).toEqual([expected])
  })

  test.each([
    ['TPMT enzyme activity', 'Low'],
    ['DPD enzyme activity', 'Deficient'],
    ['CYP2C19 inhibitor exposure', 'Omeprazole: strong inhibitor'],
    ['HLA-B27', 'Positive'],
    ['HLA-DRB1*15:01', 'Positive'],
    ['Her2 genotype', 'Positive'],
    ['G6PD', '9.8 U/g Hb'],
    ['TPMT', '24.4 EU/mL'],
    ['DPYD', '85%'],
    ['Medication note', 'Paroxetine slows CYP2D6'],
  ])('no reading comes from the text result %s: %s', (name, value) => {
    expect(linesOf(textResult(name, value))).toEqual([])
  })
})

describe('an activity score without a diplotype', () => {
  test.each([
    ['CYP2D6 activity score', '0', 'CYP2D6 | Poor Metabolizer | 0.0 -> medium act (score-only, text-only)'],
    ['CYP2C9 activity score', '1.5', 'CYP2C9 | Intermediate Metabolizer | 1.5 -> medium act (score-only, text-only)'],
    ['DPYD', 'Activity score 1', 'DPYD | Intermediate Metabolizer | 1.0 -> medium act (score-only, text-only)'],
    ['CYP2D6 activity score', '0.3', 'CYP2D6 -> none inform (indeterminate)'],
    ['CYP2D6 activity score', '0.25 to 1', 'CYP2D6 -> none inform (indeterminate)'],
    ['CYP2C19 activity score', '2', 'CYP2C19 -> none inform (indeterminate)'],
    ['CYP2D6', 'Individuals with an activity score of 0 have no enzyme function.', 'CYP2D6 -> none inform (indeterminate)'],
  ])('%s: %s is looked up where the alleles of the gene are scored', (name, value, expected) => {
    expect(linesOf(textResult(name, value))).toEqual([expected])
  })
})

describe('what the name of the test says beside the value', () => {
  test.each([
    ['SLCO1B1 rs4149056', 'C/C', 'SLCO1B1 | rs4149056 C/C | Poor Function -> medium act (text-only)'],
    ['DPYD c.1905+1G>A', 'Heterozygous', 'DPYD | Reference/c.1905+1G>A (*2A) | Intermediate Metabolizer | 1.0 -> medium act (text-only)'],
    ['CYP2C19*2', 'Heterozygous', 'CYP2C19 -> low inform (variant-only)'],
    ['DPYD c.1905+1G>A', 'Homozygous', 'DPYD -> none inform (indeterminate)'],
    ['CYP2C19', 'C/C', 'CYP2C19 -> low inform (site-missing, text-only)'],
  ])('%s: %s', (name, value, expected) => {
    expect(linesOf(textResult(name, value))).toEqual([expected])
  })

  test.each([
    ['VKORC1', 'rs9923231 variant (T)/rs9923231 variant (T)', 'rs9923231 T/T'],
    ['VKORC1', 'rs9923231 reference (C)/rs9923231 variant (T)', 'rs9923231 C/T'],
    ['ABCG2', 'rs2231142 variant (T)/rs2231142 variant (T)', 'rs2231142 T/T'],
  ])('the names of our own tables are understood: %s %s', (gene, text, diplotype) => {
    expect(read(genotype(gene, text)).readings.map((reading) => reading.genotype.diplotype)).toEqual([diplotype])
  })

  test('components named genotype and phenotype belong to the gene of the test', () => {
    const part = (name: string, value: string) => ({ code: { text: name }, valueString: value })
    const panel = (...component: object[]) => observation('parts', { code: { text: 'CYP2C19' }, component })
    const both = panel(part('Genotype', '*2/*2'), part('Phenotype', 'Poor Metabolizer'))
    expect(linesOf(both)).toEqual(['CYP2C19 | *2/*2 | Poor Metabolizer -> medium act (text-only)'])
    const word = panel(part('Phenotype', 'Poor Metabolizer'))
    expect(linesOf(word)).toEqual(['CYP2C19 | Poor Metabolizer -> medium act (phenotype-only, text-only)'])
    const torn = panel(part('Genotype', '*1/*2'), part('Phenotype', 'Poor Metabolizer'))
    expect(linesOf(torn)[0]).toContain('candidates (lab-table-mismatch')
  })
})

describe('a gene whose enzyme activity is read as its phenotype', () => {
  test.each([
    ['G6PD', 'Normal', 'G6PD | Normal -> medium act (phenotype-only, text-only)'],
    ['G6PD', 'Deficient', 'G6PD | Deficient -> medium act (phenotype-only, text-only)'],
    ['G6PD activity', 'Deficient', 'G6PD | Deficient -> medium act (enzyme-activity, phenotype-only)'],
    ['G6PD screen', 'Deficient', 'G6PD | Deficient -> medium act (enzyme-activity, phenotype-only)'],
  ])('%s: %s means the same of either test', (name, value, expected) => {
    expect(linesOf(textResult(name, value))).toEqual([expected])
  })
})

describe('a result under the plain name of a gene in words that are not understood', () => {
  test.each([
    ['CYP2D6', 'Ultrarapid'],
    ['CYP2D6', 'Poor'],
    ['CYP2D6', 'deficient'],
    ['CYP2D6', 'abnormal'],
    ['CYP2C19', 'Reported 5:00 PM'],
    ['DPYD', 'Complete DPD deficiency'],
    ['DPYD', 'AS: 0.5'],
    ['TPMT', 'Low'],
  ])('is said to be there and not understood: %s: %s', (name, value) => {
    const expected = [`${name} -> none inform (indeterminate)`]
    expect(linesOf(textResult(name, value))).toEqual(expected)
    expect(linesOf(observation('coded', { code: { text: name }, valueCodeableConcept: { coding: [{ display: value }] } }))).toEqual(
      expected,
    )
    expect(linesOf(observation('panel', { code: { text: 'Panel' }, component: [{ code: { text: name }, valueString: value }] }))).toEqual(
      expected,
    )
  })

  test('a quantity under the name stays a laboratory value', () => {
    expect(linesOf(observation('activity', { code: { text: 'G6PD' }, valueQuantity: { value: 9.8, unit: 'U/g Hb' } }))).toEqual([])
  })
})

test.each([{ valueString: '1.25' }, { valueQuantity: { value: 1.25 } }])(
  'an activity score may come as a text or a number: %j',
  (value) => {
    expect(linesOf(observation('score', { code: { text: 'CYP2D6 activity score' }, ...value }))).toEqual([
      'CYP2D6 | Normal Metabolizer | 1.25 -> medium act (score-only, text-only)',
    ])
  },
)

describe('HLA typing and presence', () => {
  test.each([
    ['HLA-B*57:01:01/HLA-B*07:02', ['*15:02 negative', '*15:11 negative', '*57:01 positive', '*58:01 negative']],
    ['hla#3.50.0#HLA-B*07:02+HLA-B*58:01', ['*15:02 negative', '*15:11 negative', '*57:01 negative', '*58:01 positive']],
    ['HLA-B*15:02:01G/HLA-B*40:01', ['*15:02 positive', '*15:11 negative', '*57:01 negative', '*58:01 negative']],
    ['HLA-B*15:02', ['*15:02 positive']],
    ['HLA-B*5801 Positive', ['*58:01 positive']],
    ['HLA-B*15:02 not detected', ['*15:02 negative']],
    ['negative for HLA-B*57:01 and HLA-B*15:02', ['*15:02 negative', '*57:01 negative']],
    ['Positive: HLA-B*58:01; Negative: HLA-B*57:01', ['*57:01 negative', '*58:01 positive']],
    ['HLA-B*57:01 negative, HLA-B*15:02 positive', ['*15:02 positive', '*57:01 negative']],
    ['HLA-B*57', []],
    ['HLA-B57', []],
    ['HLA-B*57:XX', []],
    ['HLA-B*57:AGVH/HLA-B*08:01', []],
    ['hla#3.50.0#HLA-B*07:02/HLA-B*07:03+HLA-B*57:01', ['*15:02 negative', '*57:01 positive']],
    ['hla#3.50.0#HLA-B*08:01/HLA-B*40:01', ['*57:01 negative']],
    ['rule out HLA-B*57:01', []],
    ['HLA-B*27:05 positive', []],
  ])('%s', (text, keys) => {
    expect(keysOf('HLA-B', text)).toEqual(keys.length > 0 && text.includes('/') ? expect.arrayContaining(keys) : keys)
  })
})

test('a GL string whose alternatives matter leaves candidates', () => {
  const [reading] = read(genotype('HLA-B', 'hla#3.50.0#HLA-B*57:01/HLA-B*57:03+HLA-B*08:01')).readings
  expect(reading?.use).toBe('candidates')
  expect(reading?.candidates.map((candidate) => candidate.keys.filter((key) => key.startsWith('*57:01')))).toEqual([
    ['*57:01 positive'],
    ['*57:01 negative'],
  ])
})

test('a GL string with a slash between the copies is read as a pair and flagged', () => {
  expect(linesOf(genotype('HLA-A', 'hla#3.33.0#HLA-A*02:01/HLA-A*31:01'))).toEqual([
    'HLA-A | HLA-A*02:01/HLA-A*31:01 | HLA-A*31:01 positive -> medium act (nonconformant)',
  ])
})

describe('problem lists', () => {
  test.each([
    ['CYP2C19 poor metaboliser', 'CYP2C19 | Poor Metabolizer -> medium act (clinician-entered, phenotype-only, text-only)'],
    [
      'Cytochrome P450 2D6 ultrarapid metabolizer',
      'CYP2D6 | Ultrarapid Metabolizer -> medium act (clinician-entered, phenotype-only, text-only)',
    ],
    ['Possible CYP2C19 poor metabolizer', 'CYP2C19 -> none inform (clinician-entered, indeterminate)'],
    ['Carrier of G6PD deficiency', 'G6PD -> none inform (clinician-entered, indeterminate)'],
    ['DPD deficiency', 'DPYD -> none inform (clinician-entered, indeterminate)'],
    ['Mother: CYP2D6 poor metabolizer', 'CYP2D6 -> none ignore (relative)'],
  ])('%s', (text, expected) => {
    expect(linesOf(condition(text))).toEqual([expected])
  })

  test('one entry about two genes is two readings', () => {
    expect(linesOf(condition('TPMT intermediate metabolizer and NUDT15 normal metabolizer'))).toEqual([
      'NUDT15 | Normal Metabolizer -> medium act (clinician-entered, phenotype-only, text-only)',
      'TPMT | Intermediate Metabolizer -> medium act (clinician-entered, phenotype-only, text-only)',
    ])
  })
})

test('a very long text costs little time and gives no finding', () => {
  const started = process.cpuUsage()
  const { readings } = read(
    textResult('CYP2D6 genotype', '*1 or '.repeat(200_000)),
    textResult('CYP2C19 genotype', '('.repeat(500_000), { id: 'other' }),
  )
  expect(readings.map(lineOf).every((line) => !line.includes(' act'))).toBe(true)
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(2000)
})

describe('HLA alleles that share one word', () => {
  test.each([
    ['HLA-B*08:01/HLA-B*57:01 or HLA-B*15:02 positive', ['*57:01 positive', '*15:02 positive']],
    ['HLA-B*57:01 or HLA-B*15:02 positive', ['*57:01 positive', '*15:02 positive']],
    ['HLA-B*57:01, HLA-B*15:02 negative', ['*15:02 negative, *57:01 positive', '*15:02 negative, *57:01 negative']],
    ['HLA-B*57:01 was typed, HLA-B*15:02 positive', ['*57:01 positive', '*15:02 positive']],
  ])('leave candidates where the word may be of one alone: %s', (text, candidates) => {
    const [reading] = read(genotype('HLA-B', text)).readings
    expect(reading?.use).toBe('candidates')
    expect(reading?.candidates.map(({ keys }) => keys.join(', '))).toEqual(candidates)
  })

  test.each([
    ['HLA-B*57:01 and HLA-B*15:02 positive', ['*15:02 positive', '*57:01 positive']],
    ['HLA-B*57:01, HLA-B*15:02 detected', ['*15:02 positive', '*57:01 positive']],
    ['HLA-B*57:01 test: HLA-B*57:01 negative', ['*57:01 negative']],
  ])('are all read where it is of all: %s', (text, keys) => {
    expect(keysOf('HLA-B', text)).toEqual(keys)
  })
})

describe('An HLA null allele (letter N) is not expressed', () => {
  const NOTE = 'An allele with the letter N is not expressed: it counts neither as positive nor as negative.'
  test.each([
    ['HLA-B*58:01N/HLA-B*07:02', 'low inform'],
    ['HLA-B*58:01:01N/HLA-B*07:02', 'low inform'],
    ['HLA-B*58:01N', 'low inform'],
    ['HLA-B*58:01N positive', 'low inform'],
    ['HLA-B*58:01N not detected', 'low inform'],
    ['hla#3.50.0#HLA-B*07:02+HLA-B*58:01N', 'low inform'],
    ['HLA-B*58:01N/HLA-B*57:01', 'medium act'],
    ['HLA-B*58:01/HLA-B*58:01N', 'medium act'],
  ])('%s', (text, expected) => {
    const [reading] = read(genotype('HLA-B', text)).readings
    const stated = [reading?.genotype, ...(reading?.candidates ?? [])].flatMap((one) => one?.keys ?? [])
    const expressed = text.includes('HLA-B*58:01/')
    expect(stated.filter((key) => key.startsWith('*58:01'))).toEqual(expressed ? ['*58:01 positive'] : [])
    expect(stated.includes('*57:01 positive')).toBe(text.includes('*57:01'))
    expect([`${reading?.confidence} ${reading?.use}`, reading?.notes]).toEqual([expected, expect.arrayContaining([NOTE])])
  })
})
