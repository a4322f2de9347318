import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { runRead } from '../../src/cli/read.ts'
import type { Genotype } from '../../src/contract/genes.ts'
import { fhirBundle } from '../../src/exporters/fhir-bundle.ts'
import { type GeneReport, reportGenes } from '../../src/exporters/gene-report.ts'
import type { GeneDefinitions } from '../../src/pgx/calling/definitions.ts'
import { makeCaller } from '../../src/pgx/calling/make-caller.ts'
import { readGeneNames } from '../../src/pgx/gene-names.ts'
import type { GeneTable } from '../../src/pgx/gene-tables.ts'
import { lookUpGenotype } from '../../src/pgx/genotype.ts'
import { readOutsideCalls } from '../../src/vcf/outside-calls.ts'
import { readVcf } from '../../src/vcf/read-vcf.ts'
import { theKnowledge } from '../builders/knowledge.ts'
import { aFolder, record, vcf } from '../vcf/vcf-files.ts'

const folder = aFolder()
afterAll(() => folder.remove())

const knowledge = theKnowledge()
const { genes, tables } = knowledge
const caller = makeCaller(genes, tables)
const OPTIONS = { patient: 'Patient/anna', issued: '2026-11-21T10:00:00Z', collected: '2026-11-20' }

/** What our own reader makes of the reports' Bundle, gene by gene. */
const readBack = (reports: readonly GeneReport[]) => {
  const bundle = fhirBundle({ sample: 'one', rules: knowledge.version, genes: reports, warnings: [] }, OPTIONS)
  const file = folder.write('bundle.json', JSON.stringify(bundle))
  const { patients } = runRead([file], { now: OPTIONS.issued }, knowledge)
  expect(patients.map(({ patient }) => patient)).toEqual(['anna'])
  return patients[0]?.geneCalls ?? []
}

const sorted = (texts: readonly (string | null | undefined)[]): string[] =>
  [...new Set(texts.filter((text): text is string => !!text))].sort()

type Meaning = {
  readonly state: 'result' | 'no-result' | 'not-tested'
  readonly diplotypes: string[]
  readonly phenotypes: string[]
  readonly scores: string[]
}

const meaningOf = (state: Meaning['state'], genotypes: readonly Genotype[]): Meaning => ({
  state,
  diplotypes: sorted(genotypes.map((one) => one.diplotype)),
  phenotypes: sorted(genotypes.map((one) => one.phenotype?.code)),
  scores: sorted(genotypes.map((one) => one.activityScore?.text)),
})

/** Alleles whose function the tables do not give make a diplotype that says nothing: the reader keeps it and gives no result. */
const decides = (table: GeneTable | undefined, genotypes: readonly Genotype[]): boolean =>
  genotypes.length > 0 &&
  (table === undefined || !['function-pair', 'activity-score'].includes(table.method) || genotypes.every((one) => one.phenotype !== null))

const reportMeaning = (report: GeneReport): Meaning => {
  if (report.state === 'not-tested') return meaningOf('not-tested', [])
  if (report.state === 'not-called' || report.state === 'indeterminate') return meaningOf('no-result', [])
  return meaningOf(decides(genes.get(report.gene), report.genotypes) ? 'result' : 'no-result', report.genotypes)
}

const readMeaning = (gene: string, calls: ReturnType<typeof readBack>): Meaning => {
  const call = calls.find((one) => one.gene === gene)
  if (!call || call.state === 'not-tested') return meaningOf('not-tested', [])
  const genotypes = call.readings.flatMap((reading) => (reading.candidates.length > 0 ? reading.candidates : [reading.genotype]))
  return meaningOf(call.state === 'indeterminate' ? 'no-result' : 'result', genotypes)
}

const compare = (reports: readonly GeneReport[]): void => {
  const calls = readBack(reports)
  const [written, read] = [reports, reports.map(({ gene }) => gene)]
  expect(Object.fromEntries(read.map((gene) => [gene, readMeaning(gene, calls)]))).toEqual(
    Object.fromEntries(written.map((report) => [report.gene, reportMeaning(report)])),
  )
}

const definitions = [...tables].flatMap(([name, content]) => (name.endsWith('.variants') ? [content as GeneDefinitions] : [])) // by name

/** Two named alleles laid over the reference, and a few positions that go their own way. */
const arbitrarySample = fc.record({
  alleles: fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: definitions.length, maxLength: definitions.length }),
  phased: fc.boolean(),
  odd: fc.array(fc.tuple(fc.nat(), fc.constantFrom('./.', '0/1', '1/1', './1', '0', '1', 'missing')), { maxLength: 12 }),
})

type DrawnSample = typeof arbitrarySample extends fc.Arbitrary<infer T> ? T : never

const fileOf = (sample: DrawnSample): string => {
  const lines = definitions.flatMap(({ chrom, positions, alleles }, at) => {
    const names = Object.keys(alleles)
    const [one, other] = (sample.alleles[at] ?? [0, 0]).map((pick) => alleles[names[pick % names.length] ?? '']?.at ?? {})
    return positions
      .filter(({ flags }) => !flags?.includes('ignored'))
      .map(({ pos, ref, alts }) => {
        const number = (cell: string | undefined): number => (cell === undefined ? 0 : Math.max(0, alts.indexOf(cell) + 1))
        return {
          words: `${chrom} ${pos} ${ref} ${alts.join()}`,
          genotype: `${number(one?.[pos])}${sample.phased ? '|' : '/'}${number(other?.[pos])}`,
        }
      })
  })
  for (const [pick, genotype] of sample.odd) {
    const line = lines[pick % lines.length]
    if (line) line.genotype = genotype
  }
  const records = lines.filter(({ genotype }) => genotype !== 'missing').map(({ words, genotype }) => record(words, genotype))
  return folder.write('sample.vcf', vcf(records, { header: ['##fileformat=VCFv4.2', '##reference=GRCh38'] }))
}

const reportsOf = async (file: string): Promise<GeneReport[]> => {
  const read = await readVcf(file, caller.sites)
  return reportGenes(genes, {
    sample: 'one',
    calls: caller.callSample(read.genotypesOf(0)),
    gaps: read.gapsOf(0).map(({ site, why }) => ({ gene: site.gene, chrom: site.chrom, pos: site.pos, rsid: site.rsid, why })),
    structural: [],
    outside: [],
  })
}

describe('A Bundle of calls, read back by our own reader, gives the same calls', () => {
  test('for any sample', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrarySample, async (sample) => compare(await reportsOf(fileOf(sample)))),
      { numRuns: 30 },
    )
  }, 600_000)

  test('for two pairs of named alleles that fit a sample equally well', async () => {
    const [drawn, other] = [
      ['Asahi', 'Mt Sinai'],
      ['Guadalajara', 'A- 202A_376G'],
    ] as const
    const at = definitions.findIndex(({ alleles }) => drawn.every((name) => name in alleles))
    const picks = drawn.map((name) => Object.keys(definitions[at]?.alleles ?? {}).indexOf(name))
    const alleles = definitions.map((_, place): [number, number] => (place === at ? [picks[0] ?? 0, picks[1] ?? 0] : [0, 0]))
    const reports = await reportsOf(fileOf({ alleles, phased: false, odd: [] }))
    const names = reports.flatMap(({ names: found }) => found)
    for (const pair of [drawn, other]) expect(names.some((name) => pair.every((one) => name.includes(one)))).toBe(true)
    compare(reports)
  }, 600_000)

  test.each([...genes.keys()])('for every allele of %s, beside the reference and beside itself', (symbol) => {
    const table = genes.get(symbol)
    if (!table) throw new Error(symbol)
    const names = Object.keys(table.alleles)
    const reference = table.referenceAllele ?? names[0] ?? ''
    const single = table.special.includes('haploid') || table.special.includes('x-linked')
    const pairs = names.flatMap((name) => [
      ...(single ? [[name]] : []),
      ...(table.special.includes('haploid')
        ? []
        : [
            [reference, name],
            [name, name],
          ]),
    ])
    const wrong = pairs.filter((pair) => {
      const genotype = lookUpGenotype(table, pair)
      const report: GeneReport = {
        gene: symbol,
        hgnc: table.hgnc,
        source: 'vcf',
        state: 'called',
        because: null,
        names: [],
        genotypes: [genotype],
        preferred: null,
        phasing: 'phased',
        call: null,
        outside: null,
        structural: [],
        notes: [],
      }
      return JSON.stringify(readMeaning(symbol, readBack([report]))) !== JSON.stringify(reportMeaning(report))
    })
    expect(wrong).toEqual([])
  })

  test('for outside calls: copies, HLA, one copy, open and contradicting ones', async () => {
    const rows = [
      'CYP2D6\t*1/*2xN',
      'CYP2C19\t*2/*2\tIntermediate Metabolizer',
      'CYP2C9\t\tPoor Metabolizer',
      'HLA-B\t*57:01/*08:01',
      'HLA-A\t*31:01 negative',
      'MT-RNR1\tm.1555A>G',
      'G6PD\tMediterranean, Dallas, Panama, Sassari, Cagliari, Birmingham',
    ]
    const names = readGeneNames(tables.get('gene-names'))
    const outside = await readOutsideCalls(folder.write('outside.tsv', rows.join('\n')), genes, names, { all: ['one'], called: 1 })
    const reports = reportGenes(genes, { sample: 'one', calls: [], gaps: [], structural: [], outside })
    expect(reports.filter(({ source }) => source === 'outside-call').length).toBe(rows.length)
    compare(reports)
  })
})

describe('The Bundle', () => {
  test('has the shape of the guide, and says what is not known', async () => {
    const records = definitions
      .filter(({ symbol }) => symbol === 'DPYD' || symbol === 'CYP2C19')
      .flatMap(({ chrom, positions }) =>
        positions.map(({ pos, ref, alts, rsid }) =>
          record(`${chrom} ${pos} ${ref} ${alts.join()}`, ['rs3918290', 'rs67376798', 'rs4244285'].includes(rsid ?? '') ? '0/1' : '0/0'),
        ),
      )
    const reports = await reportsOf(folder.write('shape.vcf', vcf(records, { header: ['##fileformat=VCFv4.2', '##reference=GRCh38'] })))
    const bundle = fhirBundle({ sample: 'one', rules: 'r', genes: reports, warnings: ['About the file.'] }, OPTIONS)
    const resources = (bundle.entry as { resource: { [member: string]: unknown } }[]).map(({ resource }) => resource)
    expect(bundle.type).toBe('collection')
    expect(new Set(resources.map(({ id }) => id)).size).toBe(resources.length)
    const [report] = resources
    expect(report).toMatchObject({
      resourceType: 'DiagnosticReport',
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '51969-4' }] },
      category: [{ coding: [{ code: 'laboratory' }] }, { coding: [{ code: 'GE' }] }],
      subject: { reference: 'Patient/anna' },
      effectiveDateTime: '2026-11-20',
      extension: [{ valueAnnotation: { text: 'About the file.' } }],
    })
    const withCode = (code: string) => resources.filter((one) => JSON.stringify(one.code ?? '').includes(code))
    const genotypes = withCode('84413-4')
    expect(genotypes.length).toBe(genes.size)
    const of = (symbol: string) => genotypes.find((one) => JSON.stringify(one.component).includes(`"${symbol}"`))
    expect(of('DPYD')).toMatchObject({
      valueCodeableConcept: { text: 'c.1905+1G>A (*2A)/c.2846A>T' },
      component: [
        {
          code: { coding: [{ code: '48018-6' }] },
          valueCodeableConcept: { coding: [{ system: 'http://www.genenames.org', code: 'HGNC:3012', display: 'DPYD' }] },
        },
      ],
    })
    expect(of('CYP2C19')).toMatchObject({ dataAbsentReason: { coding: [{ code: 'unknown' }] } })
    expect(of('CYP2C19')).not.toHaveProperty('valueCodeableConcept')
    expect(of('TPMT')).toMatchObject({ dataAbsentReason: { coding: [{ code: 'not-performed' }] } })
    expect(
      withCode('69548-6').map((one) => (one.component as { valueCodeableConcept: { text?: string } }[])[1]?.valueCodeableConcept.text),
    ).toEqual(['c.1905+1G>A (*2A)', 'c.2846A>T'])
    expect(withCode('therapeutic-implication').map((one) => one.derivedFrom)).toEqual([[{ reference: `urn:uuid:${of('DPYD')?.id}` }]])
    const references = JSON.stringify(resources).match(/urn:uuid:[0-9a-f-]{36}/g) ?? []
    const ids = new Set(resources.map(({ id }) => `urn:uuid:${id}`))
    expect(references.filter((one) => !ids.has(one))).toEqual([])
  })

  test('without a patient holds one whose identifier is the sample, and several samples stay apart', () => {
    const reports = reportGenes(genes, { sample: 'x', calls: [], gaps: [], structural: [], outside: [] })
    const lines = ['ann', 'ben'].map((sample) =>
      JSON.stringify(fhirBundle({ sample, rules: 'r', genes: reports, warnings: [] }, { ...OPTIONS, patient: null })),
    )
    const file = folder.write('two.ndjson', lines.join('\n'))
    expect(runRead([file], { now: OPTIONS.issued }, knowledge).patients.length).toBe(2)
    expect(readFileSync(file, 'utf8')).toContain('"identifier":[{"value":"ann"}]')
  })

  test('is the same, byte for byte, for the same input', () => {
    const reports = reportGenes(genes, { sample: 'x', calls: [], gaps: [], structural: [], outside: [] })
    const write = (): string => JSON.stringify(fhirBundle({ sample: 'x', rules: 'r', genes: reports, warnings: [] }, OPTIONS))
    expect(write()).toBe(write())
  })
})
