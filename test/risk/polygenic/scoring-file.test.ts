import { describe, expect, it } from 'vitest'
import { AttuneError } from '../../../src/errors.ts'
import { MOST_VARIANTS, readScoringFile } from '../../../src/risk/polygenic/scoring-file.ts'

const HEADER = [
  '###PGS CATALOG SCORING FILE - own example',
  '#format_version=2.0',
  '#pgs_id=PGS999999',
  '#pgs_name=OWN',
  '#trait_reported=Own trait',
  '#trait_efo=EFO_0000000',
  '#weight_type=beta',
  '#variants_number=2',
  '#citation=Nobody N. Own example (2026)',
  '#HmPOS_build=GRCh38',
]
const COLUMNS = ['rsID', 'effect_allele', 'other_allele', 'effect_weight', 'hm_chr', 'hm_pos']
const ROWS = [
  ['rs1', 'A', 'G', '0.5', '1', '1000'],
  ['rs2', 'C', 'T', '-0.25', '2', '2000'],
]

type Parts = { header?: readonly string[]; columns?: readonly string[]; rows?: readonly (readonly string[])[] }
const file = ({ header = HEADER, columns = COLUMNS, rows = ROWS }: Parts = {}): string =>
  [...header, columns.join('\t'), ...rows.map((row) => row.join('\t')), ''].join('\n')

const headerWith = (key: string, value: string | null): string[] =>
  HEADER.flatMap((line) => (line.startsWith(`#${key}=`) ? (value === null ? [] : [`#${key}=${value}`]) : [line]))
const rowWith = (column: string, value: string): string[][] => {
  const columns = COLUMNS.includes(column) ? COLUMNS : [...COLUMNS, column]
  return ROWS.map((row, at) => columns.map((name, place) => (at === 1 && name === column ? value : (row[place] ?? ''))))
}
const withColumn = (column: string, value: string): Parts => ({
  columns: COLUMNS.includes(column) ? COLUMNS : [...COLUMNS, column],
  rows: rowWith(column, value),
})

const refusal = (text: string): string => {
  try {
    readScoringFile(text)
  } catch (error) {
    if (error instanceof AttuneError && error.code === 'input-unreadable') return error.detail
    throw error
  }
  return 'taken'
}

describe('a scoring file of the PGS Catalog, format 2.0', () => {
  it('is read with its header, its licence line and its variants', () => {
    expect(readScoringFile(file({ header: [...HEADER, '#license=Research use only'] }))).toEqual({
      id: 'PGS999999',
      name: 'OWN',
      trait: 'Own trait',
      efo: 'EFO_0000000',
      citation: 'Nobody N. Own example (2026)',
      license: 'Research use only',
      weightType: 'beta',
      build: 'GRCh38',
      variants: [
        { rsid: 'rs1', chrom: '1', pos: 1000, effect: 'A', other: 'G', frequency: null, weights: { model: 'additive', weight: 0.5 } },
        { rsid: 'rs2', chrom: '2', pos: 2000, effect: 'C', other: 'T', frequency: null, weights: { model: 'additive', weight: -0.25 } },
      ],
    })
  })

  it.each<[string, string, Parts]>([
    ['another first line', 'scoring file: the first line is not that of the PGS Catalog', { header: HEADER.slice(1) }],
    ['no version', 'scoring file: the header has no format_version', { header: headerWith('format_version', null) }],
    ['an old version', 'scoring file: format_version is 1.0; 2.0 is read', { header: headerWith('format_version', '1.0') }],
    [
      'an id of another kind',
      'scoring file: pgs_id is not an id of the catalog (PGS and six digits)',
      { header: headerWith('pgs_id', 'X1') },
    ],
    ['no citation', 'scoring file: the header has no citation', { header: headerWith('citation', null) }],
    ['a key given twice', 'scoring file: the header has pgs_id twice', { header: [...HEADER, '#pgs_id=PGS000001'] }],
    ['no harmonised positions', 'scoring file: the header has no HmPOS_build', { header: headerWith('HmPOS_build', null) }],
    [
      'an unknown assembly',
      'scoring file: HmPOS_build is GRCh36; GRCh37 and GRCh38 are known',
      { header: headerWith('HmPOS_build', 'GRCh36') },
    ],
    [
      'odds ratios',
      'scoring file: weight_type is OR: ratios are not added up; log weights are needed',
      { header: headerWith('weight_type', 'OR') },
    ],
    ['a wrong count', 'scoring file: the header counts 3 variants, the table has 2', { header: headerWith('variants_number', '3') }],
    ['no table', 'scoring file: there is no table', { columns: [], rows: [] }],
    [
      'no weights',
      'scoring file: the table has no column effect_weight',
      { columns: COLUMNS.map((name) => name.replace('effect_weight', 'x')) },
    ],
    ['a column twice', 'scoring file: the table has the column rsID twice', { columns: [...COLUMNS, 'rsID'] }],
    ['a cut row', 'scoring file: line 13 has 3 cells, the table 6 columns', { rows: [ROWS[0] ?? [], ['rs2', 'C', 'T']] }],
    ['a weight that is no number', 'scoring file: line 13: effect_weight is not a number', withColumn('effect_weight', 'high')],
    ['an empty weight', 'scoring file: line 13: effect_weight is not a number', withColumn('effect_weight', '')],
    ['an endless weight', 'scoring file: line 13: effect_weight is not a number', withColumn('effect_weight', 'Infinity')],
    ['a position that is no number', 'scoring file: line 13: hm_pos is not a number', withColumn('hm_pos', '')],
    ['a position of part of a base', 'scoring file: line 13: hm_pos is not a position', withColumn('hm_pos', '1.5')],
    ['a sex chromosome', 'scoring file: line 13: hm_chr is not one of the chromosomes 1 to 22', withColumn('hm_chr', 'X')],
    ['an allele by name', 'scoring file: line 13: effect_allele is not written in bases (ACGT)', withColumn('effect_allele', '*15:01')],
    ['no other allele', 'scoring file: line 13: other_allele is not written in bases (ACGT)', withColumn('other_allele', '')],
    ['twice the same allele', 'scoring file: line 13: effect_allele and other_allele are the same', withColumn('other_allele', 'C')],
    [
      'a frequency over one',
      'scoring file: line 13: allelefrequency_effect is not a share from 0 to 1',
      withColumn('allelefrequency_effect', '1.2'),
    ],
    ['an interaction', 'scoring file: line 13: is_interaction is True, which is not read', withColumn('is_interaction', 'True')],
    ['a haplotype', 'scoring file: line 13: is_haplotype is True, which is not read', withColumn('is_haplotype', 'True')],
    ['a flag that is neither', 'scoring file: line 13: is_dominant is neither True nor False', withColumn('is_dominant', 'maybe')],
    ['a place twice', 'scoring file: the position 1:1000 has two rows', { rows: [ROWS[0] ?? [], ['rs9', 'C', 'T', '1', '1', '1000']] }],
    [
      'a genome-wide score',
      `scoring file: ${MOST_VARIANTS + 1} variants; up to ${MOST_VARIANTS} are taken`,
      {
        header: headerWith('variants_number', String(MOST_VARIANTS + 1)),
        rows: Array.from({ length: MOST_VARIANTS + 1 }, (_, at) => [`rs${at + 1}`, 'A', 'G', '1', '1', String(at + 1)]),
      },
    ],
  ])('with %s is refused with the reason', (_, because, parts) => {
    expect(refusal(file(parts))).toBe(because)
  })
})
