import type { GeneNames } from './gene-names.ts'
import type { GeneTable } from './gene-tables.ts'

/** An allele as a result names it, and as the gene's table names it. */
export type NamedAllele = {
  /** Name of the table where it has one; otherwise as normalised. */
  readonly allele: string
  /** A name that a current report would not use. */
  readonly legacy: boolean
  /** Sub-allele, kept for display: `*4.013`. */
  readonly sub?: string
  /** Copies on one chromosome that the name leaves open: `*2xN`. */
  readonly copiesOpen?: boolean
}

export type AlleleLexicon = {
  /** Any allele name, star or not; null when it is not a name of this gene. Unknown star numbers are names, too. */
  resolve(name: string): NamedAllele | null
  /** Names other than star alleles that can be looked for inside a text, longest first. */
  readonly searchable: readonly string[]
}

/** One star allele with sub-allele and copy number: `*1`, `*4B`, `*1.001`, `*2xN`, `*1x≥3`. Bounded: no backtracking. */
export const STAR = /\*(\d{1,3})([A-WYZ](?![a-z]))?(\.\d{1,3})?(?:\s?[xX×]\s?(≥?\s?\d{1,2}|[nN](?![a-z]))(\+(?!\s?\*))?)?/

const WHOLE_STAR = new RegExp(`^${STAR.source}$`, 'i')

const partsOf = (allele: string): string[] => {
  const inside = [...allele.matchAll(/\(([^()]{2,})\)/g)].map((match) => match[1] ?? '')
  const outside = allele.replace(/\([^()]*\)/g, '').split(',')
  return [...outside, ...inside].map((part) => part.trim()).filter((part) => part.length > 1)
}

const withCopies = (table: GeneTable, base: NamedAllele, copies: string): NamedAllele => {
  if (/^n$/i.test(copies)) return { ...base, allele: `${base.allele}xN`, copiesOpen: true }
  const count = copies.replace(/\s/g, '')
  const exact = `${base.allele}x${count}`
  const open = `${base.allele}x≥3`
  // Three or more named copies are one case of the table's open-ended entry.
  const fold = !Object.hasOwn(table.alleles, exact) && Number(count) >= 3 && Object.hasOwn(table.alleles, open)
  return { ...base, allele: fold ? open : exact }
}

const resolveStar = (table: GeneTable, named: ReadonlyMap<string, NamedAllele>, name: string): NamedAllele | null => {
  const match = WHOLE_STAR.exec(name)
  if (!match) return null
  const [, digits = '', letters = '', sub = '', copies] = match
  const full = `*${Number(digits)}${letters.toUpperCase()}`
  const core = `*${Number(digits)}`
  const known = named.get(full.toLowerCase())
  const inTable = Object.hasOwn(table.alleles, full)
  const base: NamedAllele = known ?? {
    allele: inTable || letters === '' || !Object.hasOwn(table.alleles, core) ? full : core,
    legacy: letters !== '' && !inTable,
  }
  const noted = sub === '' ? base : { ...base, sub: `${full}${sub}` }
  return copies === undefined ? noted : withCopies(table, noted, copies)
}

const resolveTandem = (lexicon: AlleleLexicon, table: GeneTable, name: string): NamedAllele | null => {
  const parts = name.split('+').map((part) => lexicon.resolve(part.trim()))
  if (parts.length < 2 || parts.some((part) => part === null)) return null
  const names = parts.map((part) => part?.allele ?? '')
  const turned = [...names].reverse().join('+')
  return { allele: Object.hasOwn(table.alleles, turned) ? turned : names.join('+'), legacy: parts.some((part) => part?.legacy) }
}

const nameTable = (table: GeneTable, names: GeneNames[string] | undefined): Map<string, NamedAllele> => {
  const named = new Map<string, NamedAllele>()
  const alleles = Object.keys(table.alleles).filter((allele) => !/^rs\d+ /.test(allele))
  const parts = new Map<string, string | null>()
  for (const allele of alleles)
    for (const part of partsOf(allele))
      parts.set(part.toLowerCase(), parts.has(part.toLowerCase()) && parts.get(part.toLowerCase()) !== allele ? null : allele)
  for (const [part, allele] of parts) if (allele !== null) named.set(part, { allele, legacy: false })
  for (const allele of alleles) named.set(allele.toLowerCase(), { allele, legacy: false })
  for (const { name, allele, legacy } of names?.alleles ?? []) named.set(name.toLowerCase(), { allele, legacy })
  return named
}

/** Names of one gene's alleles: the table's own, parts of compound names, and the other names of `rules/gene-names.json`. */
export const makeAlleleLexicon = (table: GeneTable, names: GeneNames[string] | undefined): AlleleLexicon => {
  const named = nameTable(table, names)
  const lexicon: AlleleLexicon = {
    searchable: [...named.keys()]
      .filter((name) => !name.startsWith('*') && /\d/.test(name) && name.length > 2)
      .sort((left, right) => right.length - left.length),
    resolve: (text) => {
      const name = text.trim()
      const exact = named.get(name.toLowerCase())
      if (exact) return exact
      return /\+\s?\*/.test(name) && name.startsWith('*') ? resolveTandem(lexicon, table, name) : resolveStar(table, named, name)
    },
  }
  return lexicon
}
