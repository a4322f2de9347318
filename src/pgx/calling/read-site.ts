import type { GeneDefinitions } from './definitions.ts'
import type { Site, SiteGenotype } from './genotypes.ts'
import type { UndocumentedBase, UsedPosition } from './star-call.ts'

/** A position as the matcher uses it. Bases are kept as their place in `bases`; 0 is the reference base. */
export type MatchSite = Site & { readonly bases: readonly string[]; readonly names: readonly string[] }

/**
 * What one genotype shows at one position, in places of bases; -1 for a base that is not known and does not count as reference.
 * `pair` two copies, `single` one copy of a gene that is found once, `half` one of two copies, `crowded` more than two.
 */
export type SiteReading = {
  readonly genotype: SiteGenotype
  readonly kind: 'pair' | 'single' | 'half' | 'crowded' | 'nothing'
  readonly first: number
  readonly second: number
  readonly undocumented: UndocumentedBase | null
  readonly used: UsedPosition
}

/** How the bases of a gene's positions are taken. */
export type ReadingRules = { readonly undocumented: GeneDefinitions['undocumented']; readonly foundOnce: boolean }

/** Bases as in the record: `T|C`, `T/C`, `T` alone, `.` for a copy that was not read. */
export const basesText = (genotype: SiteGenotype): string => genotype.alleles.map((base) => base ?? '.').join(genotype.phased ? '|' : '/')

const kindOf = (copies: number, read: number, foundOnce: boolean): SiteReading['kind'] => {
  if (read === 0) return 'nothing'
  if (copies > 2) return 'crowded'
  if (read === 2) return 'pair'
  return copies === 1 && foundOnce ? 'single' : 'half'
}

/** Written out in bases. What is gone with a deletion (`*`), any other allele (`<NON_REF>`) or one of several (`N`) may be anything. */
const isSpelt = (base: string): boolean => /^[ACGT>-]+$/.test(base)

/** Bases that no definition knows become the reference base or stay -1, as the gene's data say; both are reported. */
const readGenotype = (site: MatchSite, genotype: SiteGenotype, rules: ReadingRules): SiteReading => {
  const { chrom, pos, rsid } = site
  const bases = genotype.alleles.filter((base) => base !== null)
  const unknown = bases.filter((base) => !site.bases.includes(base))
  const countsAsReference = (base: string): boolean => rules.undocumented === 'reference' && isSpelt(base)
  const placeOf = (base: string): number => {
    const place = site.bases.indexOf(base)
    return place < 0 && countsAsReference(base) ? 0 : place
  }
  const shown = basesText(genotype)
  const [first = -1, second = -1] = bases.map(placeOf)
  return {
    genotype,
    kind: kindOf(genotype.alleles.length, bases.length, rules.foundOnce),
    first,
    second,
    undocumented:
      unknown.length === 0
        ? null
        : Object.freeze({ chrom, pos, rsid, bases: [...new Set(unknown)], takenAsReference: unknown.every(countsAsReference) }),
    used: Object.freeze({ chrom, pos, rsid, bases: shown, text: `${rsid ?? `${chrom}:${pos}`} ${shown}` }),
  }
}

/** Readings that are kept per position. A file with more different genotypes there reads some of them again. */
const MOST_KEPT = 8

/** Reads the genotypes of one gene, by the place of the position among those that define its alleles. */
export type SiteReader = (at: number, genotype: SiteGenotype) => SiteReading

/**
 * A reader of files gives equal genotypes of many samples as one object: each is read once, and what was read is one object in all
 * calls. Most samples show what the last one showed, so that is looked at first.
 */
export const makeSiteReader = (sites: readonly MatchSite[], rules: ReadingRules): SiteReader => {
  const last: (SiteReading | null)[] = sites.map(() => null)
  const kept: SiteReading[][] = sites.map(() => [])
  const find = (at: number, genotype: SiteGenotype): SiteReading => {
    const [site, own] = [sites[at], kept[at]]
    if (site === undefined || own === undefined) throw new TypeError(`the gene has no position ${at}`)
    const known = own.find((one) => one.genotype === genotype)
    if (known !== undefined) return known
    const reading = readGenotype(site, genotype, rules)
    own.unshift(reading)
    if (own.length > MOST_KEPT) own.pop()
    return reading
  }
  return (at, genotype) => {
    const before = last[at]
    if (before != null && before.genotype === genotype) return before
    const reading = find(at, genotype)
    last[at] = reading
    return reading
  }
}
