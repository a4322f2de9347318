import type { GeneTable } from '../../pgx/gene-tables.ts'
import { lookUpGenotype } from '../../pgx/genotype.ts'
import { parseGeneValue } from '../gene-value.ts'

/** Results, as people write them, by the word under which guidance rows look them up. */
type ResultsByKey = ReadonlyMap<string, readonly string[]>

/** So many alleles of each function and activity are tried: a row for an exact diplotype may stand before one for its phenotype. */
const ALLELES_PER_CLASS = 4

/** Alleles, those first that are the first of their class: each class is met before a second allele of any. */
const representatives = (table: GeneTable): { readonly name: string; readonly rank: number }[] => {
  const classes = new Map<string, number>()
  return Object.entries(table.alleles).flatMap(([name, { function: does, activity }]) => {
    const rank = classes.get(`${does} ${activity}`) ?? 0
    classes.set(`${does} ${activity}`, rank + 1)
    return rank < ALLELES_PER_CLASS ? [{ name, rank }] : []
  })
}

const genotypes = (table: GeneTable): string[][] => {
  const alleles = representatives(table)
  const single = table.special.some((method) => method === 'x-linked' || method === 'haploid') ? alleles.map(({ name }) => [name]) : []
  const pairs = alleles.flatMap((first, at) =>
    alleles.slice(at).map((second) => ({ names: [first.name, second.name], rank: first.rank + second.rank })),
  )
  return [...single, ...pairs.sort((a, b) => a.rank - b.rank).map(({ names }) => names)]
}

const made = new WeakMap<GeneTable, ResultsByKey>()

const resultsByKey = (table: GeneTable): ResultsByKey => {
  const known = made.get(table)
  if (known) return known
  const results = new Map<string, string[]>()
  const add = (key: string, result: string): void => void results.set(key, [...(results.get(key) ?? []), result])
  for (const alleles of table.method === 'allele-presence' ? [] : genotypes(table))
    for (const key of lookUpGenotype(table, alleles).keys) add(key, alleles.join('/'))
  for (const allele of table.presence ?? [])
    for (const status of ['positive', 'negative']) add(`${allele} ${status}`, `${allele} ${status}`)
  made.set(table, results)
  return results
}

/** Phenotype words that no pair of alleles of the table has can still be reported by a lab. */
const reported = (table: GeneTable, key: string): string[] =>
  Object.values(table.phenotypes).some((word) => word.key === key) ? [key] : []

const named = (table: GeneTable, key: string): string[] => {
  const genotype = key.includes('/') ? parseGeneValue(table, key) : null
  return genotype !== null && genotype.diplotype !== null && genotype.keys.includes(key) ? [key] : []
}

/**
 * Results of this gene that have the word among their keys: diplotypes first, then the word as a lab reports it.
 * Null stands for no result, which is what `NR` asks for. Empty: no result of the gene has the word.
 */
export const resultsFor = (table: GeneTable, key: string): readonly (string | null)[] => {
  if (key === 'NR') return [null]
  return [...named(table, key), ...(resultsByKey(table).get(key) ?? []).slice(0, 12), ...reported(table, key)]
}

/** A diplotype of the gene with a certain meaning, to see what a medicine makes of it; null when the table gives none. */
export const anyResult = (table: GeneTable): string | null => {
  const reference = table.referenceAllele
  if (reference !== null && (table.presence ?? []).length === 0) return `${reference}/${reference}`
  return [...resultsByKey(table).values()][0]?.[0] ?? null
}
