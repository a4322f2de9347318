import type { MatchSite } from './compile-gene.ts'
import type { SiteGenotype } from './genotypes.ts'

const placeOf = (site: MatchSite, base: string | null): number => {
  if (base === site.ref) return 0
  return base === null ? site.bases.length : site.bases.indexOf(base)
}

/** Letter of a position without a genotype. */
export const NO_GENOTYPE_LETTER = 1

/**
 * One small number for the genotype at one site, so that equal genotypes are known as equal without comparing texts.
 * -1 for what is rare: bases that the definitions do not know, more than two alleles, phase sets.
 */
export const letterOf = (site: MatchSite, genotype: SiteGenotype): number => {
  const { alleles, phased, phaseSet } = genotype
  const [first, second] = alleles
  if (alleles.length > 2 || first === undefined || phaseSet !== null) return -1
  const one = placeOf(site, first)
  const other = second === undefined ? site.bases.length + 1 : placeOf(site, second)
  return one < 0 || other < 0 ? -1 : 2 + ((one * 16 + other) * 2 + (phased ? 1 : 0))
}
