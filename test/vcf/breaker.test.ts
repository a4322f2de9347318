import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { readGeneNames } from '../../src/pgx/gene-names.ts'
import { readOutsideCalls } from '../../src/vcf/outside-calls.ts'
import { readVcf } from '../../src/vcf/read-vcf.ts'
import { theKnowledge } from '../builders/knowledge.ts'
import { aFolder, genotypesIn, record, sites, vcf } from './vcf-files.ts'

const folder = aFolder()
afterAll(() => folder.remove())
const { genes, tables } = theKnowledge()
const names = readGeneNames(tables.get('gene-names'))
const outside = async (row: string) => {
  const [call] = await readOutsideCalls(folder.write('outside.tsv', `${row}\n`), genes, names, { all: ['one'], called: 1 })
  return {
    words: call?.genotypes.map(({ phenotype }) => phenotype?.term),
    keys: call?.genotypes.flatMap(({ keys }) => keys),
    notes: call?.notes,
  }
}

describe('HLA typing that a laboratory gives', () => {
  test.each([
    ['a P group', '*57:01P/*08:01'],
    ['a G group at two fields', '*57:01G/*08:01'],
    ['a G group at three fields', '*57:01:01G/*08:01'],
    ['a letter of expression', '*57:01Q/*08:01'],
  ])('%s of an allele of interest is that allele, never its absence', async (_name, typing) => {
    expect((await outside(`HLA-B\t${typing}`)).words).toEqual(['HLA-B*57:01 positive'])
  })

  test('a field that no allele has is refused, not read as another allele', async () => {
    await expect(outside('HLA-B\t*57:011/*08:01')).rejects.toThrow('HLA-B: "*57:011" is no allele at two fields or more')
  })

  test('a status beside a typing adds to it and takes nothing away', async () => {
    const both = await outside('HLA-B\t*57:01/*08:01\t*15:02 negative')
    expect(both.words).toEqual(['HLA-B*57:01 positive'])
    expect(both.keys).toContain('*57:01 positive')
    expect((await outside('HLA-B\t*57:01\t*15:02 negative')).keys).toEqual(['*15:02 negative', '*57:01 positive'])
  })

  test.each([
    ['in the status alone', 'HLA-B\t*57:01 positive, *57:01 negative', '*57:01'],
    ['between typing and status', 'HLA-B\t*07:02/*08:01\t*57:01 positive', '*57:01'],
    ['between status and status', 'HLA-B\t*15:02 positive\t*15:02 negative', '*15:02'],
  ])('a contradiction %s is refused', async (_name, row, allele) => {
    await expect(outside(row)).rejects.toThrow(`HLA-B: ${allele} is said to be positive and negative`)
  })
})

describe('A row whose phenotype and score differ', () => {
  test('keeps both open where it has no diplotype', async () => {
    const { words, notes } = await outside('DPYD\t\tPoor Metabolizer\t2.0')
    expect(words).toEqual(['Normal Metabolizer', 'Poor Metabolizer'])
    expect(notes).toEqual([
      'The stated phenotype (Poor Metabolizer) is not that of the stated activity score (Normal Metabolizer): both stay open.',
    ])
  })

  test('keeps all three open where its diplotype is a third thing', async () => {
    expect((await outside('CYP2D6\t*4/*4\tUltrarapid Metabolizer\t1.0')).words).toEqual([
      'Poor Metabolizer',
      'Intermediate Metabolizer',
      'Ultrarapid Metabolizer',
    ])
  })
})

describe('A change of several bases that takes the base of a known position with it', () => {
  const SITE = sites('chr10 100 C T')
  test.each([
    ['beside a known change', 'chr10 100 C T,TG', '0/2'],
    ['in a gVCF', 'chr10 100 C TG,<NON_REF>', '0/1'],
    ['longer than what it replaces', 'chr10 99 AC GTT,AT', '0/1'],
  ])('is not read as the reference base: %s', async (_name, words, genotype) => {
    expect(await genotypesIn(folder.write('delins.vcf', vcf([record(words, genotype)])), SITE)).toEqual(['C/*'])
  })

  test('an insertion behind the base leaves it as it is', async () => {
    expect(await genotypesIn(folder.write('ins.vcf', vcf([record('chr10 100 C CG,<NON_REF>', '0/1')])), SITE)).toEqual(['C/C'])
  })
})

describe('Bytes behind the end of compressed data', () => {
  const text = vcf([record('chr10 100 C T', '0/0'), record('chr10 300 G A', '1/1')])
  const [head, tail] = [gzipSync(text.slice(0, -20)), gzipSync(text.slice(-20))]
  const SITES = sites('chr10 100 C T', 'chr10 300 G A')

  test.each([
    ['zeros between two members', Buffer.concat([head, Buffer.alloc(64), tail])],
    ['one zero between two members', Buffer.concat([head, Buffer.alloc(1), tail])],
    ['zeros at the end', Buffer.concat([head, tail, Buffer.alloc(512)])],
    ['a member whose first byte is lost', Buffer.concat([gzipSync(text), Buffer.alloc(1), tail.subarray(1)])],
  ])('%s are refused, as more of the file may be lost', async (name, bytes) => {
    const file = folder.write(`${name}.vcf.gz`, bytes)
    await expect(readVcf(file, SITES)).rejects.toThrow(/the gzip file is damaged: \d+ bytes follow its end/)
  })
})

describe('A gVCF', () => {
  const block = (from: number, to: number, genotype: string, more: { info?: string; format?: string; alt?: string } = {}) =>
    record(`chr10 ${from} N ${more.alt ?? '<NON_REF>'}`, genotype, { info: more.info ?? `END=${to}`, format: more.format ?? 'GT' })
  const SNV = sites('chr10 100 C T')
  const DELETION = sites(['chr10 100 CAAT C', 'g.101_103del'])
  const read = (at: typeof SNV, ...records: readonly string[]) => genotypesIn(folder.write('g.vcf', vcf(records)), at)

  test('of an assembly that neither header nor bases show is refused: its stretches would be reference anywhere', async () => {
    const nameless = vcf([block(1, 5000, '0/0')], { header: ['##fileformat=VCFv4.2'] })
    await expect(readVcf(folder.write('nameless.vcf', nameless), SNV)).rejects.toThrow(
      'GRCh38 is needed: the header names no assembly (contig lengths, ##reference), and REF shows it at only 0 known positions',
    )
    const one = vcf([record('chr10 100 C T', '0/1'), block(150, 5000, '0/0')], { header: ['##fileformat=VCFv4.2'] })
    await expect(readVcf(folder.write('one.vcf', one), sites('chr10 100 C T', 'chr10 300 G A'))).rejects.toThrow(
      'REF shows it at only 1 known positions',
    )
  })

  test('a REF of N shows no assembly', async () => {
    const file = folder.write('n.vcf', vcf([record('chr10 100 N T', '0/1')], { header: ['##fileformat=VCFv4.2'] }))
    await expect(readVcf(file, SNV)).rejects.toThrow('REF shows it at only 0 known positions')
  })

  test.each([
    ['first', ['./.', '0/0']],
    ['last', ['0/0', './.']],
  ] as const)('whose stretches overlap and one of them is empty says nothing there, whichever comes %s', async (_name, [one, other]) => {
    expect(await read(SNV, block(50, 120, one), block(90, 150, other))).toEqual([null])
  })

  test.each([
    ['not called', './.', 'GT'],
    ['without reads', '0/0:0', 'GT:DP'],
  ])('whose deleted bases are %s does not exclude the deletion', async (_name, genotype, format) => {
    expect(await read(DELETION, block(50, 100, '0/0'), block(101, 150, genotype, { format }))).toEqual([null])
    expect(await read(DELETION, block(50, 100, '0/0'), block(101, 150, '0/0'))).toEqual(['CAAT/CAAT'])
    expect(await read(DELETION, block(50, 100, '0/0'), block(104, 150, genotype, { format }))).toEqual(['CAAT/CAAT'])
  })

  test('a segment of unchanged copy number is no stretch of reference bases', async () => {
    expect(await read(SNV, block(50, 150, '0/0', { alt: '.', info: 'SVTYPE=CNV;END=150' }))).toEqual([null])
  })

  test('a reference call of quality 0 counts as missing under its all-sites name, too', async () => {
    expect(await read(SNV, record('chr10 100 C .', '0/0:12:0', { format: 'GT:DP:RGQ' }))).toEqual([null])
  })
})
