import { CALLING_METHODS } from './calling-methods.ts'
import { cell, type Row, readTable } from './read-tables.ts'
import { writeRules } from './write-rules.ts'

const flagsOf = (row: Row): string[] =>
  cell(row, 'flags')
    .split(/[;\s]+/)
    .filter((flag) => flag !== '')

const listOf = (text: string, separator: string): string[] =>
  text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** `TA[8]` holds eight units; a duplication holds two. */
const repeatsOf = (name: string): number => (name.endsWith('dup') ? 2 : Number(/\[(\d+)\]$/.exec(name)?.[1] ?? Number.NaN))

/**
 * Names of the other bases in the order of `alts`. The source lists them in no order: substitutions are told by their base,
 * repeats and insertions by their length.
 */
const namesOf = (row: Row): string[] => {
  const ref = cell(row, 'ref')
  const alts = listOf(cell(row, 'alts'), ',')
  const names = listOf(cell(row, 'hgvs_g'), ';')
  const sole = names[0]
  if (alts.length === 1 && names.length === 1 && sole !== undefined) return [sole]
  const substitution = alts.map((alt) => names.find((name) => ref.length === 1 && alt.length === 1 && name.endsWith(`>${alt}`)))
  if (substitution.every((name) => name !== undefined)) return substitution as string[]
  const repeats = names.filter((name) => !Number.isNaN(repeatsOf(name))).sort((left, right) => repeatsOf(left) - repeatsOf(right))
  const bases = [...alts, ...(repeats.length > alts.length ? [ref] : [])].sort((left, right) => left.length - right.length)
  const byLength = repeats.length === bases.length ? repeats : [...names].sort((left, right) => left.length - right.length)
  return alts.map((alt) => byLength[bases.indexOf(alt)] ?? `g.${cell(row, 'pos')}${ref}>${alt}`)
}

const positionOf = (row: Row): object => {
  const flags = flagsOf(row)
  return {
    pos: Number(cell(row, 'pos')),
    rsid: cell(row, 'rsid') || null,
    ref: cell(row, 'ref'),
    alts: listOf(cell(row, 'alts'), ','),
    names: namesOf(row),
    ...(flags.length === 0 ? {} : { flags }),
  }
}

/** `REF;94842866:G` -> every position at its reference base, then the exceptions. */
const definitionOf = (row: Row): object => {
  const parts = listOf(cell(row, 'defining'), ';')
  const whole = parts[0] === 'REF'
  const at = Object.fromEntries(parts.slice(whole ? 1 : 0).map((part) => part.split(':') as [string, string]))
  return { ...(whole ? { whole: true } : {}), at }
}

const isMatched = (row: Row): boolean => {
  const flags = flagsOf(row)
  return cell(row, 'defining') !== '' && !flags.includes('parent-of-suballeles') && !flags.includes('function-only')
}

/** `*45.002` is told apart by the definitions, and reported as `*45`. */
const parentsOf = (alleles: readonly Row[]): Record<string, string> => {
  const parents = new Set(alleles.filter((row) => flagsOf(row).includes('parent-of-suballeles')).map((row) => cell(row, 'allele')))
  return Object.fromEntries(
    alleles
      .map((row) => [cell(row, 'allele'), cell(row, 'allele').replace(/\.\d+$/, '')] as const)
      .filter(([allele, parent]) => allele !== parent && parents.has(parent)),
  )
}

const ambiguityOf = (row: Row): object => {
  const hetAt = listOf(cell(row, 'het_at'), ',')
  return { called: cell(row, 'called'), alternative: cell(row, 'cannot_rule_out'), ...(hetAt.length === 0 ? {} : { hetAt }) }
}

/** Definitions of one gene: positions, alleles and the rules of calling that are not definitions. */
const definitionFile = (gene: Row, positions: readonly Row[], alleles: readonly Row[], ambiguities: readonly Row[]): object => {
  const symbol = cell(gene, 'gene')
  const methods = CALLING_METHODS[symbol]
  const parents = parentsOf(alleles)
  return {
    symbol,
    assembly: 'GRCh38',
    chrom: cell(gene, 'chrom'),
    source: { id: 'variants', version: cell(gene, 'definition_date'), asOf: cell(gene, 'definition_date').slice(0, 7) },
    undocumented: methods?.undocumented ?? 'not-called',
    proxy: methods?.proxy,
    notCombined: methods?.notCombined,
    singleSite: methods?.singleSite,
    reportedAs: Object.keys(parents).length === 0 ? undefined : parents,
    basis: methods?.basis,
    priorities: methods?.priorities,
    cannotRuleOut: ambiguities.length === 0 ? undefined : ambiguities.map(ambiguityOf),
    positions: positions.map(positionOf),
    alleles: Object.fromEntries(alleles.filter(isMatched).map((row) => [cell(row, 'allele'), definitionOf(row)])),
  }
}

/** One file of definitions per gene that can be matched against variants. @returns counts for the report. */
export const buildVariants = (
  reference: string,
  rulesDir: string,
): { genes: number; positions: number; definitions: number; ambiguities: number } => {
  const all = readTable(reference, 'variants.tsv')
  const alleles = readTable(reference, 'alleles.tsv')
  const ambiguities = readTable(reference, 'phase_ambiguities.tsv')
  const own = (rows: readonly Row[], symbol: string): Row[] => rows.filter((row) => cell(row, 'gene') === symbol)
  const genes = readTable(reference, 'genes.tsv').filter((gene) => own(all, cell(gene, 'gene')).length > 0)
  for (const gene of genes) {
    const symbol = cell(gene, 'gene')
    writeRules(
      rulesDir,
      `genes/${symbol}.variants.json`,
      definitionFile(gene, own(all, symbol), own(alleles, symbol), own(ambiguities, symbol)),
    )
  }
  const matchable = new Set(genes.map((gene) => cell(gene, 'gene')))
  return {
    genes: genes.length,
    positions: genes.reduce((sum, gene) => sum + own(all, cell(gene, 'gene')).length, 0),
    definitions: alleles.filter((row) => matchable.has(cell(row, 'gene')) && isMatched(row)).length,
    ambiguities: ambiguities.filter((row) => matchable.has(cell(row, 'gene'))).length,
  }
}
