import { possibleScores } from '../pgx/activity-score.ts'
import type { GeneTable } from '../pgx/gene-tables.ts'
import { isInTable, lookUpGenotype } from '../pgx/genotype.ts'
import type { RuleFile } from './rule-schemas.ts'

type Gene = RuleFile<'gene'>

/** Two alleles of the table, in the order in which results name them: `*3/*2` stands nowhere, `*2/*3` does. */
const isDiplotype = (gene: GeneTable, key: string): boolean => {
  const alleles = key.split('/')
  return alleles.length === 2 && isInTable(gene, alleles) && lookUpGenotype(gene, alleles).keys.includes(key)
}

/**
 * Which keys a result for this gene can have: phenotype words, sums of two activity values, `n/a`,
 * status of the alleles of interest, two named alleles, and `NR` for no result.
 */
export const keysOfGene = (gene: Gene): ((key: string) => boolean) => {
  const table = gene as GeneTable // zod's optional members may be undefined, ours are absent; values are the same
  const keys = new Set([
    'NR',
    ...Object.values(gene.phenotypes).map((phenotype) => phenotype.key),
    ...(gene.presence ?? []).flatMap((allele) => [`${allele} positive`, `${allele} negative`]),
    ...(gene.method === 'activity-score' ? ['n/a', ...possibleScores(table).map((score) => score.text)] : []),
  ])
  return (key) => keys.has(key) || isDiplotype(table, key)
}
