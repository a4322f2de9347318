import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { makeCaller } from '../../src/pgx/calling/make-caller.ts'
import { theKnowledge } from '../builders/knowledge.ts'
import { aFolder, record, vcf } from '../vcf/vcf-files.ts'

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
})
afterEach(() => vi.restoreAllMocks())

const knowledge = theKnowledge()
const caller = makeCaller(knowledge.genes, knowledge.tables)
const HEADER = ['##fileformat=VCFv4.2', '##reference=GRCh38']

/** Genotypes by rs number or position; every other position of these genes is reference. */
const aVcf = (genes: readonly string[], changes: Readonly<Record<string, string>>, samples: readonly string[] = ['one']): string =>
  vcf(
    caller.sites
      .filter(({ gene }) => genes.includes(gene))
      .flatMap((site) => {
        const genotype = changes[site.rsid ?? String(site.pos)] ?? changes[String(site.pos)] ?? '0/0'
        return genotype === 'missing'
          ? []
          : [
              record(
                `${site.chrom} ${site.pos} ${site.ref} ${site.alts.join()}`,
                samples.map(() => genotype),
                { id: site.rsid ?? '.' },
              ),
            ]
      }),
    { header: HEADER, samples },
  )

const write = (name: string, content: string | Uint8Array): string => folder.write(name, content)

type Row = {
  gene: string
  state: string
  diplotypes: string[]
  phenotypes: string[]
  activityScores: string[]
  notes: string[]
  missing: string[]
  uncallable: string[]
  used: string[]
  because: string | null
  source: string
  phased: boolean | null
}
const rowsOf = (): Row[] => JSON.parse(out.split('\n')[0] ?? '').genes
const rowOf = (gene: string): Row => {
  const row = rowsOf().find((one) => one.gene === gene)
  if (!row) throw new Error(`no row of ${gene}`)
  return row
}

describe('attune call', () => {
  test('a sample becomes one line of JSON with a row for every gene', async () => {
    const file = write('a.vcf', aVcf(['CYP2C19'], { rs4244285: '0/1', rs12769205: '0/1', rs3758581: '1/1' }))
    expect(await main(['call', file])).toBe(0)
    expect(out.endsWith('}\n')).toBe(true)
    expect(JSON.parse(out)).toMatchObject({ sample: 'one', rules: knowledge.version, warnings: [] })
    expect(rowsOf().map(({ gene }) => gene)).toEqual([...knowledge.genes.keys()])
    expect(rowOf('CYP2C19')).toMatchObject({
      state: 'called',
      diplotypes: ['*1/*2'],
      phenotypes: ['Intermediate Metabolizer'],
      activityScores: [],
      missing: [],
      uncallable: [],
      source: 'vcf',
    })
    expect(rowOf('CYP2C19').used).toContain('rs4244285 G/A')
  })

  test('a gene without data is not tested, one without a fitting allele not called: neither looks like a normal one', async () => {
    await main(['call', write('b.vcf', aVcf(['CYP2C19'], { rs4244285: '0/1' }))])
    expect(rowOf('TPMT')).toMatchObject({ state: 'not-tested', diplotypes: [], phenotypes: [], source: 'none' })
    expect(rowOf('CYP2C19')).toMatchObject({ state: 'not-called', diplotypes: [], phenotypes: [] })
    expect(rowOf('HLA-B')).toMatchObject({ state: 'not-tested', because: 'it is not called from a VCF; give an outside call' })
  })

  test('positions that are missing are named, with what cannot be seen for it', async () => {
    await main(['call', write('c.vcf', aVcf(['CYP2C19'], { rs3758581: '1/1', rs4986893: 'missing' }))])
    expect(rowOf('CYP2C19')).toMatchObject({ missing: ['rs4986893'], uncallable: ['*3'] })
  })

  test('a position that was read and not used says why', async () => {
    const file = write('d.vcf', aVcf(['CYP2C19'], { rs3758581: '1/1' }).replace(/(\trs4986893\t.*)\tPASS\t/, '$1\tLowQual\t'))
    await main(['call', file])
    expect(rowOf('CYP2C19').notes).toContain('rs4986893: the record did not pass its filter (LowQual).')
    expect(err).toContain('1 records at known positions did not pass their filter')
    out = ''
    await main(['call', file, '--ignore-filter'])
    expect(rowOf('CYP2C19').missing).toEqual([])
  })

  test('unphased variants of a lowest-function gene are listed with the pair that counts', async () => {
    await main(['call', write('e.vcf', aVcf(['DPYD'], { rs3918290: '0/1', rs67376798: '0/1' }))])
    expect(rowOf('DPYD')).toMatchObject({ state: 'variants', phenotypes: ['Poor Metabolizer'], activityScores: ['0.5'], phased: false })
  })

  test('several samples are several lines; one can be chosen', async () => {
    const file = write('f.vcf', aVcf(['TPMT'], {}, ['ann', 'ben', 'cid']))
    await main(['call', file])
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).sample),
    ).toEqual(['ann', 'ben', 'cid'])
    out = ''
    await main(['call', file, '--sample', 'ben', '--gene', 'TPMT'])
    expect(JSON.parse(out)).toMatchObject({ sample: 'ben', genes: [{ gene: 'TPMT', diplotypes: ['*1/*1'] }] })
  })

  test('a table has one row per gene', async () => {
    await main(['call', write('g.vcf', aVcf(['TPMT'], { rs1142345: '0/1' })), '--format', 'table', '--gene', 'TPMT'])
    const [head = '', row = ''] = out.split('\n').map((line) => line.split('\t'))
    expect(Object.fromEntries([...head].map((name, at) => [name, row[at]]))).toMatchObject({
      sample: 'one',
      gene: 'TPMT',
      state: 'called',
      diplotypes: '*1/*3C',
      phenotypes: 'Intermediate Metabolizer',
      missing: '0',
    })
  })

  test('a gene whose copies a VCF does not show is called for research only', async () => {
    const file = write('h.vcf', aVcf(['CYP2D6'], {}))
    await main(['call', file])
    expect(rowOf('CYP2D6')).toMatchObject({ state: 'not-called', diplotypes: [] })
    out = ''
    await main(['call', file, '--research'])
    expect(rowOf('CYP2D6')).toMatchObject({ state: 'called', diplotypes: ['*1/*1'] })
    expect(rowOf('CYP2D6').notes.join(' ')).toContain('research use only')
  })

  test('an outside call of a tandem that the table does not value is kept, and nothing is concluded from its parts', async () => {
    const file = write('tandem.vcf', aVcf(['CYP2C19'], {}))
    await main(['call', file, '--gene', 'CYP2D6', '--outside', write('tandem.tsv', 'CYP2D6\t*36+*10/*1\n')])
    expect(rowOf('CYP2D6')).toMatchObject({
      state: 'indeterminate',
      diplotypes: ['*1/*36+*10'],
      phenotypes: [],
      activityScores: [],
      because: 'the table has no value for the tandem *36+*10, and its parts are not added up, so no phenotype is given',
    })
  })

  test('an outside call goes before the VCF, which is said beside it', async () => {
    const file = write('i.vcf', aVcf(['CYP2C19'], { rs3758581: '1/1' }))
    await main(['call', file, '--outside', write('i.tsv', 'CYP2D6\t*4/*4\nCYP2C19\t*2/*2\n')])
    expect(rowOf('CYP2D6')).toMatchObject({
      state: 'called',
      diplotypes: ['*4/*4'],
      phenotypes: ['Poor Metabolizer'],
      activityScores: ['0.0'],
      source: 'outside-call',
    })
    expect(rowOf('CYP2C19')).toMatchObject({
      diplotypes: ['*2/*2'],
      notes: ['Taken from the outside call (line 2), not from the VCF, which shows *1/*1.'],
    })
  })
})

describe('Output is whole or not there', () => {
  const bad = () => vcf([record('chr10 94781859 G A', '0/1'), record('chr10 94781859 G A', '0/1')], { header: HEADER })

  test('a file that cannot be read leaves nothing on standard output, exit 2', async () => {
    const file = write('bad.vcf', bad())
    expect(await main(['call', file])).toBe(2)
    expect(out).toBe('')
    expect(err).toBe(`input-unreadable: ${file}: line 5: it repeats line 4 (chr10:94781859): duplicate position\n`)
  })
  test('neither does a cut-off gzip that held whole records', async () => {
    const whole = gzipSync(aVcf(['RYR1', 'CFTR'], {}))
    expect(await main(['call', write('cut.vcf.gz', whole.subarray(0, whole.length - 10))])).toBe(2)
    expect(out).toBe('')
    expect(err).toMatch(/cut\.vcf\.gz: the gzip file is cut off/)
  })
  test('nor do wrong outside calls', async () => {
    const file = write('j.vcf', aVcf(['TPMT'], {}))
    expect(await main(['call', file, '--outside', write('bad.tsv', 'CYP2D6\t*1x-2/*4\n')])).toBe(2)
    expect(out).toBe('')
    expect(err).toMatch(/bad\.tsv: line 1: CYP2D6: "\*1x-2" has a negative copy number\n$/)
  })
  test('a file named by --out keeps what it held until all is written', async () => {
    const target = write('kept.jsonl', 'what was there')
    expect(await main(['call', write('bad2.vcf', bad()), '--out', target])).toBe(2)
    expect(readFileSync(target, 'utf8')).toBe('what was there')
    expect(await main(['call', write('k.vcf', aVcf(['TPMT'], {})), '--out', target])).toBe(0)
    expect(JSON.parse(readFileSync(target, 'utf8')).sample).toBe('one')
    expect(out).toBe('')
    expect(readdirSync(folder.path('.')).filter((name) => name.startsWith('.kept'))).toEqual([])
  })
  test.each([
    ['no file', []],
    ['two files', ['a.vcf', 'b.vcf']],
    ['an unknown format', ['a.vcf', '--format', 'xml']],
    ['a patient that is none', ['a.vcf', '--patient', 'anna']],
    ['an unknown option', ['a.vcf', '--quick']],
  ])('wrong use is exit 2: %s', async (_name, words) => {
    expect(await main(['call', ...words])).toBe(2)
    expect(out).toBe('')
  })
  test.each([
    ['a sample that the file lacks', ['--sample', 'zoe'], /1 of the samples asked for are not in the file/],
    ['a gene that the rules lack', ['--gene', 'ABC1'], /The rules know no gene ABC1/],
    ['one patient for several samples', ['--format', 'fhir', '--patient', 'Patient/1'], /2 samples are called/],
  ])('so is %s', async (_name, words, expected) => {
    expect(await main(['call', write('two.vcf', aVcf(['TPMT'], {}, ['ann', 'ben'])), ...words])).toBe(2)
    expect(err).toMatch(expected)
    expect(out).toBe('')
  })
})

test('attune call --help names the options and the rule', async () => {
  expect(await main(['call', '--help'])).toBe(0)
  expect(out).toContain('--outside FILE')
  expect(out).toContain('Nothing is written unless everything could be read.')
})
