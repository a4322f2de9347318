import type { NamedAllele } from '../../pgx/allele-lexicon.ts'
import type { GeneTable } from '../../pgx/gene-tables.ts'
import { isInTable } from '../../pgx/genotype.ts'

/** Every reading of a pair in which copy numbers are open: `*2xN` is two copies, or three and more. */
export const placements = (pair: readonly NamedAllele[], table: GeneTable): string[][] => {
  const open = pair.findIndex((name) => name.copiesOpen)
  if (open < 0) return [pair.map((name) => name.allele)]
  const base = (pair[open]?.allele ?? '').replace(/xN$/, '')
  const options = [`${base}x2`, `${base}x≥3`].filter((allele) => isInTable(table, [allele]))
  return options.map((allele) => pair.map((name, index) => (index === open ? allele : name.allele)))
}

const copies = (table: GeneTable, allele: string, count: number): string => {
  const exact = count === 1 ? allele : `${allele}x${count}`
  return isInTable(table, [exact]) || count < 3 ? exact : `${allele}x≥3`
}

/** `DUP` or `(…)x3`: which allele is duplicated is not said, so both placements count. */
export const duplicated = (table: GeneTable, alleles: readonly string[], total: number): string[][] => {
  const [first = '', second = ''] = alleles
  return Array.from({ length: total - 1 }, (_, index) => [copies(table, first, total - 1 - index), copies(table, second, index + 1)])
}

export const COUNT_WORDS: Readonly<Record<number, string>> = { 3: 'three', 4: 'four' }

/** Gene copies in all that a text states beside the alleles: `(*1/*4)x3`, `3 copies`, `copy number: 3`, `DUP`. */
export type Total = { readonly copies: number; readonly open: boolean; readonly counted: boolean }

const COUNTS: readonly RegExp[] = [
  /\)\s?[x×]\s?(\d)(?!\d)/i,
  /(?<![\dx×])(\d)\s(?:gene\s)?copies(?![a-z])/i,
  /(?<![a-z])(?:copy number|cnv?)(?:\s(?:is|of|variation))?\s?[:=]?\s?(\d)(?![\d.])/i,
]

export const totalCopies = (text: string): Total | null => {
  if (/\)\s?[x×]\s?N(?![a-z])/i.test(text)) return { copies: 3, open: true, counted: true }
  const counted = COUNTS.map((pattern) => pattern.exec(text)?.[1]).find((digits) => digits !== undefined)
  if (counted !== undefined) return { copies: Number(counted), open: false, counted: true }
  return /(?<![a-z])(?:dup|duplication|duplicated)(?![a-z])/i.test(text) && !/(?<![a-z])(?:no|without) (?:gene )?dup/i.test(text)
    ? { copies: 3, open: false, counted: false }
    : null
}

/** The alleles' own names say how many copies there are: `*1x2`. */
export const countsItself = (pair: readonly NamedAllele[]): boolean => pair.some((name) => name.copiesOpen || /x≥?\d/.test(name.allele))
