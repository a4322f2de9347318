import type { GeneTable } from './gene-tables.ts'

const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

/** `*10x2` -> 10, `c.1905+1G>A (*2A)` -> 1905; names without a number come last. */
const numberOf = (allele: string): number => Number(/^(?:\*|[cm]\.)(\d+)/.exec(allele)?.[1] ?? Number.POSITIVE_INFINITY)

const byNumber = (left: string, right: string): number => {
  const [one, other] = [numberOf(left), numberOf(right)]
  return one === other ? 0 : one < other ? -1 : 1
}

/** Reference first, then by star number or position, then by name: `*4/*10`, `Reference/c.1679T>G (*13)`. */
export const sortAlleles = (table: GeneTable, alleles: readonly string[]): string[] => {
  const rank = (allele: string): number => (allele === table.referenceAllele && !allele.startsWith('*') ? 0 : 1)
  return [...alleles].sort(
    (left, right) => rank(left) - rank(right) || byNumber(left, right) || left.length - right.length || byText(left, right),
  )
}

/** Some alleles carry a list of names for one sequence; the first one is shown. */
const shown = (table: GeneTable, allele: string): string =>
  table.special.includes('x-linked') ? (allele.split(/,\s?/)[0] ?? allele) : allele

/** Both bases of one site, `rs9923231 C/T`; null when the alleles are not named by a site. */
const siteGenotype = (names: readonly string[]): string | null => {
  const sites = names.map((name) => /^(rs\d+) (?:reference|variant) \(([ACGT]+)\)$/.exec(name))
  const site = sites[0]?.[1]
  return site !== undefined && sites.every((found) => found?.[1] === site) ? `${site} ${sites.map((found) => found?.[2]).join('/')}` : null
}

/** Community form of a genotype. One allele of an X-linked gene is said to be hemizygous; a mitochondrial one stands alone. */
export const formatDiplotype = (table: GeneTable, alleles: readonly string[]): string => {
  const names = sortAlleles(table, alleles).map((allele) => shown(table, allele))
  const site = siteGenotype(names)
  if (site !== null) return site
  return names.length === 1 && table.special.includes('x-linked') ? `${names[0]} (hemizygous)` : names.join('/')
}
