import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { type CallRequest, runCall } from '../../src/cli/call.ts'
import { makeCaller } from '../../src/pgx/calling/make-caller.ts'
import { theKnowledge } from '../builders/knowledge.ts'
import { aFolder, record, vcf } from '../vcf/vcf-files.ts'

const folder = aFolder()
afterAll(() => folder.remove())
vi.spyOn(process.stderr, 'write').mockReturnValue(true)

const knowledge = theKnowledge()
const { sites } = makeCaller(knowledge.genes, knowledge.tables)
const GENES = ['CYP2C19', 'DPYD', 'G6PD', 'NUDT15']
const OWN = sites.filter(({ gene }) => GENES.includes(gene))
const SAMPLES = Array.from({ length: 6 }, (_none, at) => `s${at}`)

/** GT, PS, DP and FT as files have them. Few kinds, so that samples are often alike. */
const COLUMNS = [
  '0/1:.:30:PASS',
  '1/1:.:30:PASS',
  '0|1:5:30:PASS',
  '1|0:.:30:.',
  './.:.:.:.',
  './1:.:30:PASS',
  '0/0:.:0:PASS',
  '0/1:.:30:low',
  '1',
]
const PLAIN = '0/0:.:30:PASS'

/** A cohort: what some samples show at some positions; all else is reference. `gone` positions have no record. */
const cohort = fc.record({
  shown: fc.array(fc.tuple(fc.nat(SAMPLES.length - 1), fc.nat(OWN.length - 1), fc.constantFrom(...COLUMNS)), { maxLength: 40 }),
  gone: fc.array(fc.nat(OWN.length - 1), { maxLength: 3 }),
  structural: fc.option(fc.tuple(fc.nat(OWN.length - 1), fc.array(fc.nat(SAMPLES.length - 1), { minLength: 1, maxLength: 3 }))),
  outside: fc.uniqueArray(fc.nat(SAMPLES.length - 1), { maxLength: 3 }),
})
type Cohort = typeof cohort extends fc.Arbitrary<infer T> ? T : never

const filesOf = ({ shown, gone, structural, outside }: Cohort) => {
  const columns = new Map(shown.map(([sample, site, column]) => [`${sample} ${site}`, column]))
  const records = OWN.flatMap(({ chrom, pos, ref, alts }, site) => {
    const own = SAMPLES.map((_name, sample) => columns.get(`${sample} ${site}`) ?? PLAIN)
    const deletion = record(
      `${chrom} ${pos} ${ref} <DEL>`,
      SAMPLES.map((_name, sample) => (structural?.[1].includes(sample) ? '0/1' : '0/0')),
      { info: `END=${pos + 20}` },
    )
    return [
      ...(gone.includes(site) ? [] : [record(`${chrom} ${pos} ${ref} ${alts.join()}`, own, { format: 'GT:PS:DP:FT' })]),
      ...(structural?.[0] === site ? [deletion] : []),
    ]
  })
  const rows = outside.map((sample) => `${SAMPLES[sample]}\tCYP2C19\t*1/*2\n`)
  return {
    file: folder.write('cohort.vcf', vcf(records, { header: ['##fileformat=VCFv4.2', '##reference=GRCh38'], samples: SAMPLES })),
    outside: rows.length === 0 ? null : folder.write('outside.tsv', `sample\tgene\tdiplotype\n${rows.join('')}`),
  }
}

const called = async (files: Pick<CallRequest, 'file' | 'outside'>, samples: readonly string[], format: CallRequest['format']) => {
  const out = folder.path('out')
  const rest = { genes: GENES, out, options: {}, ignoreFilter: false, patient: null, issued: '2026-11-21T00:00:00Z', collected: null }
  await runCall({ ...files, ...rest, samples, format }, knowledge)
  return readFileSync(out, 'utf8')
}

describe('Samples that show the same of a gene are called once', () => {
  it.each(['json', 'table', 'fhir'] as const)(
    'and every sample is written as if it were called alone: %s',
    async (format) => {
      await fc.assert(
        fc.asyncProperty(cohort, async (drawn) => {
          const files = filesOf(drawn)
          const alone: string[] = []
          for (const name of SAMPLES) alone.push(await called(files, [name], format))
          const withoutHead = alone.map((text, at) => (format === 'table' && at > 0 ? text.slice(text.indexOf('\n') + 1) : text))
          expect(await called(files, SAMPLES, format)).toBe(withoutHead.join(''))
        }),
        { numRuns: 6 },
      )
    },
    60_000,
  )
})
