import type { RuleFile } from './rule-schemas.ts'

type Gene = RuleFile<'gene'>

const scoreText = (value: number, atLeast: boolean): string => `${atLeast ? '≥' : ''}${Number.isInteger(value) ? value.toFixed(1) : value}`

const scoresOf = (gene: Gene): string[] => {
  const values = [...new Set(Object.values(gene.alleles).map((allele) => allele.activity))].filter(
    (activity) => activity !== null && activity !== 'n/a',
  )
  const numbers = values.map((activity) => ({ value: Number(activity?.replace('≥', '')), atLeast: activity?.startsWith('≥') ?? false }))
  return numbers.flatMap((left) => numbers.map((right) => scoreText(left.value + right.value, left.atLeast || right.atLeast)))
}

const isDiplotype = (gene: Gene, key: string): boolean => {
  const [first, second, ...rest] = key.split('/')
  return first !== undefined && second !== undefined && rest.length === 0 && first in gene.alleles && second in gene.alleles
}

/**
 * Which keys a result for this gene can have: phenotype words, sums of two activity values, `n/a`,
 * status of the alleles of interest, two named alleles, and `NR` for no result.
 */
export const keysOfGene = (gene: Gene): ((key: string) => boolean) => {
  const keys = new Set([
    'NR',
    ...Object.values(gene.phenotypes).map((phenotype) => phenotype.key),
    ...(gene.presence ?? []).flatMap((allele) => [`${allele} positive`, `${allele} negative`]),
    ...(gene.method === 'activity-score' ? ['n/a', ...scoresOf(gene)] : []),
  ])
  return (key) => keys.has(key) || isDiplotype(gene, key)
}
