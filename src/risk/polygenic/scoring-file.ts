import { AttuneError } from '../../errors.ts'

/**
 * Reads a scoring file of the PGS Catalog, format 2.0: header lines `#key=value`, then a table with one row per variant.
 * Columns as the catalog documents them (pgscatalog.org, Downloads, PGS Scoring Files), with the harmonised positions `hm_*`.
 */
export type ScoringFile = {
  readonly id: string
  readonly name: string
  readonly trait: string
  readonly efo: string
  readonly citation: string
  /** What the header says of its use; null when it says nothing, and then the terms of the catalog's host apply. */
  readonly license: string | null
  readonly weightType: string
  /** Assembly of the harmonised positions. */
  readonly build: 'GRCh37' | 'GRCh38'
  readonly variants: readonly ScoredVariant[]
}

/** What a number of effect alleles adds to the score. */
export type Weights =
  | { readonly model: 'additive' | 'dominant' | 'recessive'; readonly weight: number }
  | { readonly model: 'dosage'; readonly weights: readonly [number, number, number] }

export type ScoredVariant = {
  readonly rsid: string | null
  /** Plain name: `6`, `X`. */
  readonly chrom: string
  /** 1-based, on the file's `build`. */
  readonly pos: number
  readonly effect: string
  readonly other: string
  /** Share of the effect allele in the population of the file; null when not given. */
  readonly frequency: number | null
  readonly weights: Weights
}

/** Inputs of a graph: larger, genome-wide scores need a pipeline of their own. */
export const MOST_VARIANTS = 2000

const refuse = (because: string): never => {
  throw new AttuneError('input-unreadable', `scoring file: ${because}`)
}

type Header = ReadonlyMap<string, string>

const headerOf = (lines: readonly string[]): Header => {
  const header = new Map<string, string>()
  for (const line of lines) {
    const [, key, value] = /^#([A-Za-z_]+)=(.*)$/.exec(line) ?? []
    if (key === undefined || value === undefined) continue
    if (header.has(key)) refuse(`the header has ${key} twice`)
    header.set(key, value.trim())
  }
  return header
}

const needed = (header: Header, key: string): string => header.get(key) || refuse(`the header has no ${key}`)

/** Weights that must not be added up as they stand. */
const RATIOS = /^(?:or|hr|rr|odds ratio|hazard ratio|risk ratio)\b/i

const checkHeader = (header: Header): void => {
  const version = needed(header, 'format_version')
  if (version !== '2.0') refuse(`format_version is ${version}; 2.0 is read`)
  if (!/^PGS\d{6}$/.test(needed(header, 'pgs_id'))) refuse('pgs_id is not an id of the catalog (PGS and six digits)')
  const type = header.get('weight_type') ?? 'NR'
  if (RATIOS.test(type)) refuse(`weight_type is ${type}: ratios are not added up; log weights are needed`)
}

const BUILDS: readonly ScoringFile['build'][] = ['GRCh37', 'GRCh38']

const buildOf = (header: Header): ScoringFile['build'] => {
  const named = needed(header, 'HmPOS_build')
  return BUILDS.find((build) => build === named) ?? refuse(`HmPOS_build is ${named}; GRCh37 and GRCh38 are known`)
}

type Row = { readonly line: number; readonly of: (column: string) => string }

const numberOf = (row: Row, column: string): number => {
  const text = row.of(column)
  const value = text === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : refuse(`line ${row.line}: ${column} is not a number`)
}

const flagOf = (row: Row, column: string): boolean => {
  const text = row.of(column).toLowerCase()
  if (text === 'true' || text === '1') return true
  return text === '' || text === 'false' || text === '0' ? false : refuse(`line ${row.line}: ${column} is neither True nor False`)
}

/** Rows that are no single variant: their sum is not that of dosages. */
const COMBINATIONS = ['is_interaction', 'is_haplotype', 'is_diplotype'] as const
const DOSAGE_COLUMNS = ['dosage_0_weight', 'dosage_1_weight', 'dosage_2_weight'] as const

const weightsOf = (row: Row, perDosage: boolean): Weights => {
  const combined = COMBINATIONS.find((column) => flagOf(row, column))
  if (combined) refuse(`line ${row.line}: ${combined} is True, which is not read`)
  if (perDosage) {
    const [none, one, two] = DOSAGE_COLUMNS.map((column) => numberOf(row, column)) as [number, number, number]
    return { model: 'dosage', weights: [none, one, two] }
  }
  const [dominant, recessive] = [flagOf(row, 'is_dominant'), flagOf(row, 'is_recessive')]
  if (dominant && recessive) refuse(`line ${row.line}: both is_dominant and is_recessive`)
  return { model: dominant ? 'dominant' : recessive ? 'recessive' : 'additive', weight: numberOf(row, 'effect_weight') }
}

const CHROMOSOME = /^(?:[1-9]|1\d|2[0-2])$/
const BASES = /^[ACGT]+$/

const alleleOf = (row: Row, ...columns: readonly string[]): string => {
  const text = columns.map((column) => row.of(column)).find((one) => one !== '') ?? ''
  return BASES.test(text) ? text : refuse(`line ${row.line}: ${columns[0]} is not written in bases (ACGT)`)
}

const frequencyOf = (row: Row): number | null => {
  if (row.of('allelefrequency_effect') === '') return null
  const value = numberOf(row, 'allelefrequency_effect')
  return value >= 0 && value <= 1 ? value : refuse(`line ${row.line}: allelefrequency_effect is not a share from 0 to 1`)
}

const variantOf = (row: Row, perDosage: boolean): ScoredVariant => {
  const rsid = row.of('hm_rsID') || row.of('rsID')
  const chrom = row.of('hm_chr')
  if (!CHROMOSOME.test(chrom)) refuse(`line ${row.line}: hm_chr is not one of the chromosomes 1 to 22`)
  const pos = numberOf(row, 'hm_pos')
  if (!Number.isInteger(pos) || pos < 1) refuse(`line ${row.line}: hm_pos is not a position`)
  const effect = alleleOf(row, 'effect_allele')
  const other = alleleOf(row, 'other_allele', 'hm_inferOtherAllele')
  if (effect === other) refuse(`line ${row.line}: effect_allele and other_allele are the same`)
  return {
    rsid: /^rs\d+$/.test(rsid) ? rsid : null,
    chrom,
    pos,
    effect,
    other,
    frequency: frequencyOf(row),
    weights: weightsOf(row, perDosage),
  }
}

const columnsOf = (line: string): string[] => {
  const columns = line.split('\t')
  const perDosage = DOSAGE_COLUMNS.every((column) => columns.includes(column))
  const wanted = ['effect_allele', 'hm_chr', 'hm_pos', ...(perDosage ? [] : ['effect_weight'])]
  const without = wanted.filter((column) => !columns.includes(column))
  if (without.length > 0) refuse(`the table has no column ${without.join(', ')}`)
  const twice = columns.find((column, at) => columns.indexOf(column) !== at)
  return twice === undefined ? columns : refuse(`the table has the column ${twice} twice`)
}

const refuseRepeated = (variants: readonly ScoredVariant[]): void => {
  const seen = new Set<string>()
  for (const { chrom, pos } of variants) {
    if (seen.has(`${chrom}:${pos}`)) refuse(`the position ${chrom}:${pos} has two rows`)
    seen.add(`${chrom}:${pos}`)
  }
}

const tableOf = (lines: readonly { readonly text: string; readonly line: number }[]): ScoredVariant[] => {
  const [head, ...rows] = lines
  if (!head) return refuse('there is no table')
  const columns = columnsOf(head.text)
  const perDosage = columns.includes(DOSAGE_COLUMNS[0]) && !columns.includes('effect_weight')
  const variants = rows.map(({ text, line }) => {
    const cells = text.split('\t')
    if (cells.length !== columns.length) refuse(`line ${line} has ${cells.length} cells, the table ${columns.length} columns`)
    return variantOf({ line, of: (column) => cells[columns.indexOf(column)]?.trim() ?? '' }, perDosage)
  })
  refuseRepeated(variants)
  return variants
}

/** @throws AttuneError `input-unreadable` with the line and the reason; nothing is guessed and no row is left out silently */
export const readScoringFile = (text: string): ScoringFile => {
  const lines = text.split(/\r?\n/).map((line, at) => ({ text: line, line: at + 1 }))
  if (!lines[0]?.text.startsWith('###PGS CATALOG SCORING FILE')) refuse('the first line is not that of the PGS Catalog')
  const header = headerOf(lines.map((line) => line.text).filter((line) => line.startsWith('#')))
  checkHeader(header)
  const build = buildOf(header)
  const variants = tableOf(lines.filter((line) => !line.text.startsWith('#') && line.text.trim() !== ''))
  const counted = Number(needed(header, 'variants_number'))
  if (counted !== variants.length) refuse(`the header counts ${counted} variants, the table has ${variants.length}`)
  if (variants.length > MOST_VARIANTS) refuse(`${variants.length} variants; up to ${MOST_VARIANTS} are taken`)
  return {
    id: needed(header, 'pgs_id'),
    name: needed(header, 'pgs_name'),
    trait: needed(header, 'trait_reported'),
    efo: header.get('trait_efo') ?? '',
    citation: needed(header, 'citation'),
    license: header.get('license') ?? null,
    weightType: header.get('weight_type') ?? 'NR',
    build,
    variants,
  }
}
