import type { CompiledGene } from './compile-gene.ts'
import { letterOf } from './genotype-letter.ts'
import type { SampleGenotypes, SiteGenotype } from './genotypes.ts'
import type { UsedPosition } from './star-call.ts'

/** Bases as in the record: `T|C`, `T/C`, `T` alone, `.` for a copy that was not read. */
export const basesText = (genotype: SiteGenotype): string => genotype.alleles.map((base) => base ?? '.').join(genotype.phased ? '|' : '/')

/** Positions with their bases that were met before, by place and by letter of the genotype. */
type Shared = UsedPosition[][]
const SHARED = new WeakMap<CompiledGene, Shared>()

const sharedOf = (gene: CompiledGene): Shared => {
  const known = SHARED.get(gene)
  if (known) return known
  const made: Shared = gene.sites.map(() => [])
  SHARED.set(gene, made)
  return made
}

/** Positions that were read, with their bases. Equal ones are one object in all calls: most samples have most of them in common. */
export const usedPositions = (gene: CompiledGene, sample: SampleGenotypes, present: readonly number[]): UsedPosition[] => {
  const shared = sharedOf(gene)
  const used: UsedPosition[] = []
  for (const at of present) {
    const site = gene.sites[at]
    const genotype = site && sample.at[site.index]
    if (site === undefined || genotype === undefined) continue
    const letter = letterOf(site, genotype)
    const known = letter < 0 ? undefined : shared[at]?.[letter]
    const one = known ?? Object.freeze({ chrom: site.chrom, pos: site.pos, rsid: site.rsid, bases: basesText(genotype) })
    const kept = shared[at]
    if (letter >= 0 && kept !== undefined) kept[letter] = one
    used.push(one)
  }
  return used
}
