import type { InputSpecOf } from '../model-folder.ts'

/** The two alleles that a sample shows at one place, in bases, and whether they are written on the forward strand of the assembly. */
export type Shown = readonly [string, string]

/** How many effect alleles a sample has at a variant, or why that cannot be said. */
export type Dosage =
  | { readonly state: 'known'; readonly dosage: 0 | 1 | 2; readonly flipped: boolean }
  | { readonly state: 'unknown'; readonly because: 'strand-ambiguous' | 'alleles-differ' | 'not-one-base' }

const COMPLEMENT: Readonly<Record<string, string>> = { A: 'T', T: 'A', C: 'G', G: 'C' }

/** The same bases as the other strand spells them. */
export const otherStrand = (bases: string): string =>
  [...bases]
    .reverse()
    .map((base) => COMPLEMENT[base] ?? 'N')
    .join('')

type Alleles = Pick<InputSpecOf<'dosage'>, 'effect' | 'other'>

/** A/T and C/G: both strands spell the same two alleles, so which one is meant cannot be told. */
export const isAmbiguous = ({ effect, other }: Alleles): boolean => otherStrand(effect) === other

const countIn = (shown: Shown, { effect, other }: Alleles): 0 | 1 | 2 | null =>
  shown.every((allele) => allele === effect || allele === other) ? (shown.filter((allele) => allele === effect).length as 0 | 1 | 2) : null

/**
 * Number of effect alleles, of single bases only: what a sample shows is one base. Alleles that fit neither strand are not counted, and strand-ambiguous variants are left out
 * (as the catalog's own calculator does by default; pgsc_calc 2.0, `keep_ambiguous`).
 */
export const dosageOf = (alleles: Alleles, shown: Shown): Dosage => {
  if (alleles.effect.length + alleles.other.length > 2) return { state: 'unknown', because: 'not-one-base' }
  if (isAmbiguous(alleles)) return { state: 'unknown', because: 'strand-ambiguous' }
  const forward = countIn(shown, alleles)
  if (forward !== null) return { state: 'known', dosage: forward, flipped: false }
  const reverse = countIn(shown, { effect: otherStrand(alleles.effect), other: otherStrand(alleles.other) })
  return reverse === null ? { state: 'unknown', because: 'alleles-differ' } : { state: 'known', dosage: reverse, flipped: true }
}
