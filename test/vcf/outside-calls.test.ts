import { afterAll, describe, expect, test } from 'vitest'
import { readGeneNames } from '../../src/pgx/gene-names.ts'
import { readOutsideCalls } from '../../src/vcf/outside-calls.ts'
import { theKnowledge } from '../builders/knowledge.ts'
import { aFolder } from './vcf-files.ts'

const folder = aFolder()
afterAll(() => folder.remove())
const { genes, tables } = theKnowledge()
const names = readGeneNames(tables.get('gene-names'))
const read = (content: string, samples: readonly string[] = ['one']) =>
  readOutsideCalls(folder.write('outside.tsv', content), genes, names, { all: samples, called: samples.length })

const first = async (row: string) => {
  const [call] = await read(`${row}\n`)
  return call?.genotypes.map(({ diplotype, phenotype, activityScore }) => [diplotype, phenotype?.code ?? null, activityScore?.text ?? null])
}

describe('A call made elsewhere', () => {
  test.each([
    ['a diplotype', 'CYP2D6\t*1/*4', [['*1/*4', 'IM', '1.0']]],
    ['alleles in any order', 'CYP2D6\t*10/*4', [['*4/*10', 'IM', '0.25']]],
    ['with the gene before the stars', 'CYP2D6\tCYP2D6*1/CYP2D6*4', [['*1/*4', 'IM', '1.0']]],
    ['a duplication', 'CYP2D6\t*1/*1x2', [['*1/*1x2', 'UM', '3.0']]],
    ['three copies or more', 'CYP2D6\t*4/*1x≥3', [['*1x≥3/*4', 'UM', '≥3.0']]],
    ['three copies or more in plain signs', 'CYP2D6\t*4/*1x>=3', [['*1x≥3/*4', 'UM', '≥3.0']]],
    ['four copies', 'CYP2D6\t*4/*1x4', [['*1x≥3/*4', 'UM', '≥3.0']]],
    [
      'an open number of copies stays open',
      'CYP2D6\t*1/*2xN',
      [
        ['*1/*2x2', 'UM', '3.0'],
        ['*1/*2x≥3', 'UM', '≥4.0'],
      ],
    ],
    ['a tandem that the table does not score', 'CYP2D6\t*1/*36+*10', [['*1/*36+*10', null, null]]],
    ['a deletion of the gene', 'CYP2D6\t*5/*5', [['*5/*5', 'PM', '0.0']]],
    ['a score alone', 'CYP2D6\t\t\t1.25', [[null, 'NM', '1.25']]],
    ['a phenotype alone', 'CYP2D6\t\tPoor Metabolizer', [[null, 'PM', null]]],
    ['a phenotype by its code', 'CYP2C19\t\tIM', [[null, 'IM', null]]],
    ['two typed HLA alleles', 'HLA-B\t*57:01/*08:01', [['HLA-B*08:01/HLA-B*57:01', '*57:01 positive', null]]],
    [
      'HLA alleles at three fields, with the gene',
      'HLA-B\tHLA-B*57:01:01/HLA-B*08:01',
      [['HLA-B*08:01/HLA-B*57:01', '*57:01 positive', null]],
    ],
    ['an HLA status', 'HLA-B\t*15:02 negative', [[null, '*15:02 negative', null]]],
    ['a mitochondrial variant', 'MT-RNR1\tm.1555A>G', [['m.1555A>G', 'increased-risk', null]]],
    ['a hemizygous call', 'G6PD\tB (reference)', [['B (reference) (hemizygous)', 'normal', null]]],
  ] as const)('%s', async (_name, row, expected) => {
    expect(await first(row)).toEqual(expected)
  })

  test('a stated phenotype that the tables do not give stays beside theirs', async () => {
    const [call] = await read('CYP2C19\t*2/*2\tIntermediate Metabolizer\n')
    expect(call?.genotypes.map(({ phenotype }) => phenotype?.code)).toEqual(['PM', 'IM'])
    expect(call?.notes).toEqual([
      'The stated phenotype (Intermediate Metabolizer) is not that of the tables (Poor Metabolizer): both stay open.',
    ])
  })
  test('a stated score that the tables do not give is said', async () => {
    const [call] = await read('CYP2C9\t*1/*3\t\t1.5\n')
    expect(call?.notes).toEqual(['The stated activity score (1.5) is not that of the tables (1.0).'])
    expect(call?.genotypes.map(({ activityScore }) => activityScore?.text)).toEqual(['1.0'])
  })
  test('an allele of the table without copies in it has no phenotype', async () => {
    expect(await first('CYP2D6\t*1/*33x2')).toEqual([['*1/*33x2', null, null]])
  })
})

describe('The file', () => {
  test('may have comments, a head, CRLF line ends and a byte order mark', async () => {
    const calls = await read('\uFEFF#gene\tdiplotype\tphenotype\tactivity score\r\n# by hand\r\nCYP2D6\t*1/*4\t\t\r\n')
    expect(calls.map(({ gene, sample, line }) => [gene, sample, line])).toEqual([['CYP2D6', null, 3]])
  })
  test.each([
    ['told by its head', 'sample\tgene\tdiplotype\na\tCYP2D6\t*1/*4\nb\tCYP2D6\t*4/*4\n'],
    ['told by its first row', 'a\tCYP2D6\t*1/*4\nb\tCYP2D6\t*4/*4\n'],
  ])('names samples in a first column, %s', async (_name, content) => {
    const calls = await read(content, ['a', 'b'])
    expect(calls.map(({ sample, genotypes }) => [sample, genotypes[0]?.diplotype])).toEqual([
      ['a', '*1/*4'],
      ['b', '*4/*4'],
    ])
  })
})

/** What is wrong, the file, and what is said of it after the file's name. */
const REJECTED: readonly (readonly [string, string, string])[] = [
  ['unknown gene', 'CYP9X9\t*1/*4\n', 'line 1: "CYP9X9" is no gene that the rules know'],
  ['unknown allele', 'CYP2D6\t*1/*9999\n', 'line 1: CYP2D6: "*9999" is no allele that the rules know'],
  ['allele of another gene', 'CYP2C19\t*1/c.1679T>G\n', 'line 1: CYP2C19: "c.1679T>G" is no allele that the rules know'],
  ['three alleles', 'CYP2D6\t*1/*2/*4\n', 'line 1: CYP2D6: a diplotype has at most two alleles, not 3'],
  ['three typed alleles', 'HLA-B\t*57:01/*08:01/*15:02\n', 'line 1: HLA-B: a diplotype has at most two alleles, not 3'],
  ['one allele of two', 'CYP2D6\t*4\n', 'line 1: CYP2D6: "*4" names one allele; a diplotype has two'],
  ['an empty allele', 'CYP2D6\t*4/\n', 'line 1: CYP2D6: one allele of the diplotype is empty'],
  [
    'two copies of a gene that has one',
    'MT-RNR1\tReference/m.1555A>G\n',
    'line 1: MT-RNR1: the gene has one copy, so the call holds one allele',
  ],
  ['negative copy number', 'CYP2D6\t*1x-2/*4\n', 'line 1: CYP2D6: "*1x-2" has a negative copy number'],
  ['no copies', 'CYP2D6\t*1x0/*4\n', 'line 1: CYP2D6: "*1x0" has a copy number that is no whole number of 1 or more'],
  ['half a copy', 'CYP2D6\t*1x1.5/*4\n', 'line 1: CYP2D6: "*1x1.5" has a copy number that is no whole number of 1 or more'],
  ['copies of a gene without', 'CYP2C19\t*1x2/*4\n', 'line 1: CYP2C19: "*1x2" has a copy number, but the gene\'s table knows none'],
  [
    'a null allele of interest',
    'HLA-B\t*57:01N/*08:01\n',
    'line 1: HLA-B: "*57:01N" is not expressed (null allele); whether it counts is for the laboratory to state',
  ],
  ['typing too coarse', 'HLA-B\t*57/*08\n', 'line 1: HLA-B: "*57" is no allele at two fields or more, such as *57:01'],
  ['unknown phenotype', 'CYP2D6\t\tFast Metabolizer\n', 'line 1: CYP2D6: "Fast Metabolizer" is no phenotype of the gene'],
  ['a score that is no number', 'CYP2D6\t\t\tone\n', 'line 1: CYP2D6: "one" is no activity score'],
  ['a negative score', 'CYP2D6\t\t\t-1\n', 'line 1: CYP2D6: "-1" is no activity score'],
  ['a score of a gene without', 'CYP2C19\t*1/*1\t\t2.0\n', 'line 1: CYP2C19: the gene has no activity score'],
  ['an empty row', 'CYP2D6\t\t\t\n', 'line 1: CYP2D6: the row has no diplotype, no phenotype and no activity score'],
  ['one column', 'CYP2D6 *1/*4\n', 'line 1: the row has 1 columns; it takes gene, diplotype, phenotype, activity score, separated by tabs'],
  [
    'too many columns',
    'CYP2D6\t*1/*4\t\t\t\tx\n',
    'line 1: the row has 6 columns; it takes gene, diplotype, phenotype, activity score, separated by tabs',
  ],
  ['the same gene twice', 'CYP2D6\t*1/*4\nCYP2D6\t*1/*1\n', 'line 2: CYP2D6 has been called in line 1 already'],
  ['an unknown sample', 'sample\tgene\tdiplotype\nnobody\tCYP2D6\t*1/*4\n', 'line 2: its sample is not among those of the VCF'],
  ['nothing', '# only this\n', 'there is no call in it'],
  ['empty', '', 'the file is empty'],
  ['10 MB in one line', `CYP2D6\t${'*1/'.repeat(3_500_000)}\n`, 'line 1: the line is longer than 1048576 bytes before its sample columns'],
  ['binary', 'CYP2D6\t*1/*4\u0000\n', 'line 1: this is not text: the file is binary'],
]

describe('Outside calls are refused with file, line and reason', () => {
  test.each(REJECTED)('%s', async (_name, content, expected) => {
    const file = folder.path('outside.tsv')
    await expect(read(content)).rejects.toMatchObject({ code: 'input-unreadable', detail: `${file}: ${expected}` })
  })
  test('when several samples are called and the rows name none', async () => {
    await expect(read('CYP2D6\t*1/*4\n', ['a', 'b'])).rejects.toThrow('line 1: 2 samples are called: name the sample in a first column')
  })
})
