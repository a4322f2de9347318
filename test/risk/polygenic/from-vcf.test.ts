import { readFileSync } from 'node:fs'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { main } from '../../../src/cli/main.ts'
import { aFolder, record, vcf } from '../../vcf/vcf-files.ts'

/** The catalog's id in lower case; the smallest score that is shipped, of 19 variants on GRCh37. */
const SCORE = 'pgs000802'
type Spec = { name: string; chrom: string; pos: number; rsid: string; effect: string; other: string }
const specs: Spec[] = JSON.parse(readFileSync(`models/${SCORE}/features.json`, 'utf8')).inputs.filter(
  ({ kind }: { kind: string }) => kind === 'dosage',
)
const [first] = specs as [Spec]

const folder = aFolder()
afterAll(() => folder.remove())

let out = ''
let err = ''
beforeEach(() => {
  out = ''
  err = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text)
    return true
  })
  return () => vi.restoreAllMocks()
})

const GRCH37 = ['##fileformat=VCFv4.2', '##reference=GRCh37']
type Change = (spec: Spec) => string | null
/** Each variant as a record with the other allele as REF; `how` makes another one of some. */
const aVcf = (how: Change, { header = GRCH37 }: { header?: readonly string[] } = {}): string => {
  const lines = specs.flatMap((spec) => how(spec) ?? [])
  return folder.write('one.vcf', vcf(lines, { header, samples: ['someone'] }))
}
const het: Change = ({ chrom, pos, effect, other }) => record(`${chrom} ${pos} ${other} ${effect}`, '0/1')

type Answer = {
  sample: string
  notes: string[]
  estimates: { state: string; variant?: string; value?: number; also?: unknown; because?: { because: string }[] }[]
}
const predict = async (file: string): Promise<{ status: number; answers: Answer[] }> => {
  const status = await main(['predict', SCORE, file, '--json'])
  return { status, answers: out === '' ? [] : JSON.parse(out) }
}

/** With one effect allele each, additive and dominant weights count once, recessive ones not at all. */
const terms = JSON.parse(readFileSync(`models/${SCORE}/coefficients.json`, 'utf8')).equations.sum.terms as Record<string, number>
const columns: { term: string; equals?: number[] }[] = JSON.parse(readFileSync(`models/${SCORE}/manifest.json`, 'utf8')).graphs[0].input
  .columns
const sumOfHets = columns
  .filter(({ term, equals }) => term in terms && (equals === undefined || equals.includes(1)))
  .reduce((sum, { term }) => sum + (terms[term] ?? Number.NaN), 0)

describe('attune predict of a polygenic score on a VCF', () => {
  it('counts the effect alleles of each sample and gives the sum, and its place among people with the frequencies of the file', async () => {
    const { status, answers } = await predict(aVcf(het))
    expect(status).toBe(0)
    expect(answers).toMatchObject([{ sample: 'someone', notes: [], estimates: [{ state: 'estimated', variant: 'standard' }] }])
    const [estimate] = answers[0]?.estimates ?? []
    expect(estimate?.also).toEqual([{ label: 'sum of weights', value: expect.closeTo(sumOfHets, 9), unit: '' }])
  })

  it('sums what is known when a few variants are not, says how many, and compares with nobody', async () => {
    const { answers } = await predict(aVcf((spec) => (spec.name === first.name ? null : het(spec))))
    expect(answers[0]?.notes).toEqual(['1 of 19 variants have no record in the file.'])
    expect(answers[0]?.estimates).toMatchObject([
      { state: 'estimated', variant: 'sum', also: [{ label: 'variants used, of 19', value: 18, unit: '' }] },
    ])
  })

  it('gives no score at a low share of known variants', async () => {
    const known = new Set(specs.slice(0, 14).map(({ name }) => name))
    const { status, answers } = await predict(aVcf((spec) => (known.has(spec.name) ? het(spec) : null)))
    expect(status).toBe(1)
    expect(answers[0]?.estimates).toMatchObject([{ state: 'refused' }])
    expect(answers[0]?.estimates[0]?.because?.map(({ because }) => because)).toContain('Fewer than 15 of the 19 variants are known (75 %).')
  })

  it.each<[string, string, Change]>([
    [
      'a genotype that is not called',
      'have no usable genotype',
      ({ chrom, pos, effect, other }) => record(`${chrom} ${pos} ${other} ${effect}`, './.'),
    ],
    ['half a genotype', 'have no usable genotype', ({ chrom, pos, effect, other }) => record(`${chrom} ${pos} ${other} ${effect}`, './1')],
    [
      'a record that failed',
      'did not pass their filter',
      ({ chrom, pos, effect, other }) => record(`${chrom} ${pos} ${other} ${effect}`, '0/1', { filter: 'LowQual' }),
    ],
    [
      'another allele',
      'show other alleles than the score knows',
      ({ chrom, pos, other, effect }) =>
        record(`${chrom} ${pos} ${other} ${['A', 'C', 'G', 'T'].find((base) => base !== effect && base !== other)}`, '0/1'),
    ],
    [
      'a deletion',
      'show an insertion, a deletion or a symbol',
      ({ chrom, pos, other }) => record(`${chrom} ${pos} ${other} ${other}AA`, '0/1'),
    ],
    [
      'a missing base in between',
      'show an insertion, a deletion or a symbol',
      ({ chrom, pos, other }) => record(`${chrom} ${pos} ${other} *`, '0/1'),
    ],
  ])('leaves out a variant with %s and says so', async (_, note, how) => {
    const { answers } = await predict(aVcf((spec) => (spec.name === first.name ? how(spec) : het(spec))))
    expect(answers[0]?.notes).toEqual([`1 of 19 variants ${note}.`])
    expect(answers[0]?.estimates).toMatchObject([{ state: 'estimated', variant: 'sum' }])
  })

  it('leaves out a place with two records', async () => {
    const { answers } = await predict(aVcf((spec) => (spec.name === first.name ? `${het(spec)}\n${het(spec)}` : het(spec))))
    expect(answers[0]?.notes).toEqual(['1 of 19 variants have several records.'])
  })

  it('finds variants by rs number in a file of the other assembly, and says so', async () => {
    const elsewhere: Change = ({ chrom, pos, effect, other, rsid }) =>
      record(`${chrom} ${pos + 77} ${other} ${effect}`, '0/1', { id: rsid })
    const { answers } = await predict(aVcf(elsewhere, { header: ['##fileformat=VCFv4.2', '##reference=GRCh38'] }))
    expect(answers[0]?.notes).toEqual(['The file is of GRCh38, the score of another assembly: variants were found by rs number.'])
    expect(answers[0]?.estimates).toMatchObject([{ state: 'estimated', variant: 'standard' }])
  })

  it('refuses a file that names no assembly', async () => {
    const { status } = await predict(aVcf(het, { header: ['##fileformat=VCFv4.2'] }))
    expect(status).toBe(2)
    expect(err).toContain('the header names neither GRCh37 nor GRCh38')
  })

  it('refuses genotypes for a model that takes none', async () => {
    expect(await main(['predict', 'kidney', aVcf(het)])).toBe(2)
    expect(err).toContain('kidney takes no genotypes of single places; give its inputs as JSON')
  })
})
