import type { ParsedRules } from './parsed-rules.ts'
import type { Problem } from './read-rule-files.ts'
import type { RuleFile } from './rule-schemas.ts'

type Gene = RuleFile<'gene'>

/** Functions that no pair names are allowed: the result is then indeterminate. These are wrong in themselves. */
const pairProblems = (gene: Gene): string[] => {
  const functions = new Set(Object.values(gene.alleles).map((allele) => allele.function))
  return Object.keys(gene.pairs ?? {}).flatMap((pair) => {
    const parts = pair.split('+')
    return [
      ...(parts.join('+') === [...parts].sort().join('+') ? [] : [`pair "${pair}" is not in alphabetical order`]),
      ...parts
        .filter((part) => Object.keys(gene.alleles).length > 0 && !functions.has(part))
        .map((part) => `pair "${pair}": no allele has function "${part}"`),
    ]
  })
}

const phenotypeProblems = (gene: Gene, phenotypes: RuleFile<'phenotypes'>): string[] => {
  const words = phenotypes.kinds[gene.symbol] ?? phenotypes.kinds[gene.kind] ?? {}
  const produced = [...Object.values(gene.pairs ?? {}), ...(gene.ranges ?? []).map((range) => range.phenotype)]
  return [
    ...[...new Set(produced)].filter((code) => !(code in gene.phenotypes)).map((code) => `phenotype "${code}" has no word`),
    ...Object.entries(gene.phenotypes)
      .filter(([code, word]) => words[code]?.term !== word.term)
      .map(([code]) => `phenotype "${code}" is worded otherwise in phenotypes.json`),
  ]
}

type Range = NonNullable<Gene['ranges']>[number]
const holds = (range: Range, score: number): boolean =>
  (range.from === undefined || score >= range.from) &&
  (range.to === undefined || score <= range.to) &&
  (range.above === undefined || score > range.above) &&
  (range.below === undefined || score < range.below)

/** Each score that two alleles can have falls in exactly one range. */
const rangeProblems = (gene: Gene): string[] => {
  const values = [...new Set(Object.values(gene.alleles).map((allele) => Number(allele.activity?.replace('≥', ''))))].filter(
    (value) => !Number.isNaN(value),
  )
  const scores = [...new Set(values.flatMap((left) => values.map((right) => left + right)))]
  if (gene.ranges === undefined) return gene.method === 'activity-score' ? ['an activity-score gene needs ranges'] : []
  return scores.flatMap((score) => {
    const count = gene.ranges?.filter((range) => holds(range, score)).length ?? 0
    return count === 1 ? [] : [`score ${score} falls in ${count} ranges`]
  })
}

const methodProblems = (gene: Gene): string[] => {
  const needs = { 'function-pair': gene.pairs, genotype: gene.pairs, 'activity-score': gene.ranges, 'allele-presence': gene.presence }[
    gene.method
  ]
  return [
    ...(needs === undefined ? [`method ${gene.method} lacks its table`] : []),
    ...(gene.referenceAllele !== null && !(gene.referenceAllele in gene.alleles)
      ? [`reference allele "${gene.referenceAllele}" is not among the alleles`]
      : []),
  ]
}

/** `*1x2`, `*4x≥3`, `*36x2+*10`: what stands behind the x is a number of copies, at least one. */
const copyProblems = (gene: Gene): string[] =>
  gene.special.includes('copy-number')
    ? Object.keys(gene.alleles)
        .filter((name) => name.split('+').some((part) => /x(?!≥?[1-9]\d*$)/.test(part)))
        .map((name) => `allele "${name}": not a number of copies`)
    : []

const activityProblems = ({ activity, phenotypes }: Gene): string[] =>
  activity === undefined
    ? []
    : [activity.low, ...activity.decides].filter((code) => !(code in phenotypes)).map((code) => `activity: no phenotype "${code}"`)

/** Each gene's table in itself, and its words against `phenotypes.json`. */
export const checkGenes = (rules: Pick<ParsedRules, 'genes' | 'phenotypes'>): Problem[] =>
  [...rules.genes].flatMap(([file, gene]) =>
    [
      ...(file === `genes/${gene.symbol}.json` ? [] : [`the file is named otherwise than its gene ${gene.symbol}`]),
      ...methodProblems(gene),
      ...copyProblems(gene),
      ...activityProblems(gene),
      ...pairProblems(gene),
      ...rangeProblems(gene),
      ...phenotypeProblems(gene, rules.phenotypes),
    ].map((problem) => ({ file, row: gene.symbol, problem })),
  )
