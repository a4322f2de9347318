import { afterEach, describe, expect, it, vi } from 'vitest'
import { main } from '../../src/cli/main.ts'

/** Runs `attune WORDS` and gives back what it printed and its exit status. */
const attune = async (...words: string[]) => {
  const out: string[] = []
  const err: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0)
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0)
  const status = await main(words)
  vi.restoreAllMocks()
  return { status, out: out.join(''), err: err.join('') }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('attune recommend', () => {
  it('prints the sources side by side with strength and year', async () => {
    const { status, out } = await attune('recommend', '--drug', 'simvastatin', '--gene', 'SLCO1B1=*5/*5', '--mg-per-day', '40')
    expect(status).toBe(0)
    expect(out).toContain('simvastatin: assessed\n')
    expect(out).toContain('  CPIC 2022 Strong: alternative for SLCO1B1 PF\n      alternative(other statin by potency)')
    expect(out).toContain('  DPWG: alternative for SLCO1B1 PF')
  })

  it('takes an RxNorm code, a phenotype and several genes, and prints JSON', async () => {
    const { status, out } = await attune('recommend', '--drug', '1256', '--gene', 'TPMT=PM', '--gene', 'NUDT15=*1/*1', '--json')
    const { drugs, knowledge } = JSON.parse(out)
    expect(status).toBe(0)
    expect(knowledge.version).toMatch(/^\d+\.\d+\.\d+\+sha256:/)
    expect(drugs.map((drug: { drug: unknown; genes: unknown }) => [drug.drug, drug.genes])).toEqual([
      [{ name: 'azathioprine', rxcui: '1256' }, ['NUDT15', 'TPMT']],
    ])
    expect(drugs[0].findings[0]).toMatchObject({ source: 'CPIC', consequence: 'alternative', strength: 'Strong' })
  })

  it('a medicine taken beside it converts the phenotype', async () => {
    const { out } = await attune('recommend', '--drug', 'tramadol', '--gene', 'CYP2D6=*1/*1', '--taking', 'paroxetine')
    expect(out).toContain('CPIC 2021 Strong: avoid for CYP2D6 0.0')
  })

  it('what the command does not know is asked, never guessed', async () => {
    const { out } = await attune('recommend', '--drug', 'clopidogrel', '--gene', 'CYP2C19=PM')
    expect(out).toContain('[only if: acute coronary syndrome or percutaneous coronary intervention]')
    expect(out).toContain('Alternative prasugrel (CPIC, DPWG): unknown')
  })

  it('without a result it says what is missing', async () => {
    const { status, out } = await attune('recommend', '--drug', 'abacavir')
    expect(status).toBe(0)
    expect(out).toBe(
      [
        'abacavir: not-assessed',
        '  Test first (required, FDA): HLA-B*57:01 test',
        '  Not known: HLA-B: no HLA-B result was found in the record',
        '',
      ].join('\n'),
    )
  })

  it.each([
    [['recommend'], /--drug/],
    [['recommend', '--drug', 'unobtainium'], /not a drug that the rules know/],
    [['recommend', '--drug', 'abacavir', '--gene', 'CYP9Z9=*1/*1'], /CYP9Z9 is not a gene/],
    [['recommend', '--drug', 'abacavir', '--gene', 'HLA-B'], /GENE=VALUE/],
    [['recommend', '--drug', 'codeine', '--gene', 'CYP2D6=*1/*999'], /not a CYP2D6 result/],
    [['recommend', '--drug', 'codeine', '--age', 'old'], /--age takes a number/],
    [['recommend', '--drug', 'codeine', '--colour', 'red'], /Unknown option/],
  ])('%j is refused with status 2', async (words, message) => {
    const { status, out, err } = await attune(...words)
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toMatch(message)
  })
})
