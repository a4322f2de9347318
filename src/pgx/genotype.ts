import type { ActivityScore, Genotype, Phenotype } from '../contract/genes.ts'
import { listedScore, phenotypeOfScore, scoreAlleles } from './activity-score.ts'
import { formatDiplotype } from './allele-order.ts'
import type { GeneTable } from './gene-tables.ts'

/** Nothing known. Never read as normal. */
export const NO_GENOTYPE: Genotype = { diplotype: null, activityScore: null, phenotype: null, keys: [] }

const INDETERMINATE = 'ind'

const unique = (keys: readonly (string | null | undefined)[]): string[] => [...new Set(keys.filter((key): key is string => !!key))]

/** Phenotype of the table by code; null when the gene has no such phenotype. */
export const phenotypeOf = (table: GeneTable, code: string): Phenotype | null => {
  const entry = table.phenotypes[code]
  return entry ? { code, term: entry.term } : null
}

const keyOf = (table: GeneTable, code: string | null): string | null => (code === null ? null : (table.phenotypes[code]?.key ?? null))

/** Every allele is in the gene's table. */
export const isInTable = (table: GeneTable, alleles: readonly string[]): boolean =>
  alleles.every((allele) => Object.hasOwn(table.alleles, allele))

const functionsOf = (table: GeneTable, alleles: readonly string[]): string | null => {
  const functions = alleles.map((allele) => table.alleles[allele]?.function ?? null)
  return functions.includes(null) ? null : functions.sort().join('+')
}

const pairPhenotype = (table: GeneTable, alleles: readonly string[]): string | null => {
  const functions = functionsOf(table, alleles)
  if (functions === null || !table.pairs || !Object.hasOwn(table.pairs, functions)) return null
  return table.pairs[functions] ?? null
}

const scored = (table: GeneTable, alleles: readonly string[], diplotype: string): Genotype => {
  const activityScore = alleles.length === 2 ? scoreAlleles(table, alleles) : null
  if (activityScore !== null) return genotypeOfScore(table, activityScore, diplotype)
  // A known allele without an activity value: the table says so, in its own words (`n/a`).
  const known = alleles.every((allele) => table.alleles[allele]?.activity != null)
  const phenotype = known ? phenotypeOf(table, INDETERMINATE) : null
  return { diplotype, activityScore: null, phenotype, keys: unique([known ? keyOf(table, INDETERMINATE) : null, diplotype]) }
}

/** Genotype that a score stands for; `diplotype` null when only the score is known, as after an inhibitor. */
export const genotypeOfScore = (table: GeneTable, activityScore: ActivityScore, diplotype: string | null): Genotype => {
  const code = phenotypeOfScore(table, activityScore)
  const listed = listedScore(table, activityScore)
  return {
    diplotype,
    activityScore,
    phenotype: code === null ? null : phenotypeOf(table, code),
    keys: unique([activityScore.text, listed?.text, keyOf(table, code), diplotype]),
  }
}

const paired = (table: GeneTable, alleles: readonly string[], diplotype: string): Genotype => {
  const code = pairPhenotype(table, alleles)
  const phenotype = code === null ? null : phenotypeOf(table, code)
  const key = keyOf(table, code)
  // Where the phenotype only repeats the genotype (VKORC1 -1639 AG) there is a key, but no phenotype.
  const named = table.method === 'genotype' && phenotype?.term === key ? null : phenotype
  return { diplotype, activityScore: null, phenotype: named, keys: unique([key, diplotype]) }
}

/** Whether an allele of interest was found: a positive or an explicit negative, never a guess. */
export type AlleleStatus = { readonly allele: string; readonly positive: boolean }

/**
 * Allele presence (HLA): one key per allele of interest, `*57:01 positive`. The term names the positive alleles,
 * or all negatives when none is positive.
 */
export const presenceGenotype = (table: GeneTable, statuses: readonly AlleleStatus[], diplotype: string | null): Genotype => {
  const known = [...new Map(statuses.map((status) => [status.allele, status])).values()].sort((left, right) =>
    left.allele < right.allele ? -1 : 1,
  )
  if (known.length === 0) return { ...NO_GENOTYPE, diplotype }
  const words = (status: AlleleStatus): string => `${status.allele} ${status.positive ? 'positive' : 'negative'}`
  const positive = known.filter((status) => status.positive)
  const headline = positive.length > 0 ? positive : known
  return {
    diplotype,
    activityScore: null,
    phenotype: { code: headline.map(words).join(', '), term: headline.map((status) => `${table.symbol}${words(status)}`).join(', ') },
    keys: known.map(words),
  }
}

/**
 * Alleles of one person to genotype: diplotype in community form, activity score, phenotype and the words of guidance rows.
 * One allele for haploid and hemizygous results, two otherwise. Alleles that the table lacks give a genotype without phenotype.
 * @example lookUpGenotype(table('CYP2D6'), ['*10', '*4']) // *4/*10, score 0.25, IM, keys 0.25, IM, *4/*10
 */
export const lookUpGenotype = (table: GeneTable, alleles: readonly string[]): Genotype => {
  const diplotype = formatDiplotype(table, alleles)
  if (!isInTable(table, alleles)) return { ...NO_GENOTYPE, diplotype }
  switch (table.method) {
    case 'activity-score':
      return scored(table, alleles, diplotype)
    case 'function-pair':
    case 'genotype':
      return paired(table, alleles, diplotype)
    case 'allele-presence':
      return { ...NO_GENOTYPE, diplotype, keys: [diplotype] }
  }
}

/** A phenotype that was reported without alleles. Rules that need a score or a genotype find no key in it. */
export const phenotypeGenotype = (table: GeneTable, code: string): Genotype => ({
  ...NO_GENOTYPE,
  phenotype: phenotypeOf(table, code),
  keys: unique([keyOf(table, code)]),
})
