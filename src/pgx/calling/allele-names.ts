/** `c.1129-5923C>G` -> 1129: alleles named by a sequence change are ordered by its place. */
const HGVS = /^(?:.*:)?[cgmn]\.(\d+)/

const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

const tokensOf = (name: string): string[] => name.match(/\d+|\D+/g) ?? []

/** Numbers in names count as numbers: `*2` before `*10`. */
const byNaturalOrder = (left: string, right: string): number => {
  const [one, other] = [tokensOf(left), tokensOf(right)]
  for (let at = 0; at < Math.min(one.length, other.length); at += 1) {
    const [first = '', second = ''] = [one[at], other[at]]
    const difference = /^\d/.test(first) && /^\d/.test(second) ? Number(first) - Number(second) : byText(first, second)
    if (difference !== 0) return difference
  }
  return one.length - other.length || byText(left, right)
}

/** Order of alleles in a diplotype and of variants in a list: the plain reference first, then by place in the sequence or by number. */
export const compareAlleles = (left: string, right: string): number => {
  if (left === right) return 0
  if (left === 'Reference') return -1
  if (right === 'Reference') return 1
  const [one, other] = [HGVS.exec(left)?.[1], HGVS.exec(right)?.[1]]
  if (one !== undefined && other !== undefined) return Number(one) - Number(other) || byText(left, right)
  return byNaturalOrder(left, right)
}

/** What lies on one chromosome copy: `*2`, or `[*6 + *14]` when several alleles do. */
export const nameCopy = (alleles: readonly string[]): string => (alleles.length === 1 ? (alleles[0] ?? '') : `[${alleles.join(' + ')}]`)

/** Single alleles before combinations, fewer alleles before more, then by the alleles themselves. */
export const compareCopies = (left: readonly string[], right: readonly string[]): number => {
  if (left.length !== right.length) return left.length - right.length
  for (const [at, allele] of left.entries()) {
    const difference = compareAlleles(allele, right[at] ?? '')
    if (difference !== 0) return difference
  }
  return 0
}

/** `*1/*2`, `c.61C>T/[c.61C>T + c.313G>A]`; one copy alone for a haploid call. */
export const nameDiplotype = (copies: readonly (readonly string[])[]): string => [...copies].sort(compareCopies).map(nameCopy).join('/')
