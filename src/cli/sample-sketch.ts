import { AttuneError } from '../errors.ts'
import type { SampleGenotypes, Site, SiteGenotype } from '../pgx/calling/genotypes.ts'

/** `TA[8]` of `g.233760235TA[8]`: unit and number. */
const repeatIn = (name: string): { unit: string; count: number } | null => {
  const found = /([ACGT]+)\[(\d+)\]$/.exec(name)
  return found ? { unit: found[1] ?? '', count: Number(found[2]) } : null
}

/** `TA(8)` as bases of the record: the other base of that number of units, or the reference base when the number is its own. */
const repeatBases = (site: Site, unit: string, count: number): string | null => {
  const known = (site.names ?? []).flatMap((name, at) => {
    const repeat = repeatIn(name)
    return repeat?.unit === unit ? [{ base: site.alts[at] ?? '', count: repeat.count }] : []
  })
  const first = known[0]
  if (first === undefined) return null
  const own = first.count - (first.base.length - site.ref.length) / unit.length
  return count === own ? site.ref : (known.find((one) => one.count === count)?.base ?? null)
}

/** `delAG`, `insT`, or the deleted bases themselves, as bases of the record. */
const changedBases = (site: Site, text: string): string | null => {
  const [, kind, bases = ''] = /^(del|ins)([ACGT]*)$/.exec(text) ?? []
  const ofLength = (length: number): string | null => site.alts.find((alt) => alt.length === length) ?? null
  if (kind === 'ins') return ofLength(site.ref.length + bases.length)
  if (kind === 'del') return bases === '' ? site.ref : ofLength(site.ref.length - bases.length)
  return text.length === site.ref.length - 1 && ofLength(1) ? site.ref : null
}

/**
 * A base as a case writes it, in the bases of a VCF record: `A`, `TA(8)`, `delAGAAATGGAA`.
 * Bases that the definitions do not know are left as they are.
 */
export const vcfBases = (site: Site, text: string): string | null => {
  if (text === '.') return null
  if (text === site.ref || site.alts.includes(text)) return text
  const repeat = /^([ACGT]+)\((\d+)\)$/.exec(text)
  const found = repeat ? repeatBases(site, repeat[1] ?? '', Number(repeat[2])) : changedBases(site, text)
  if (found === null && !/^[ACGT]+$/.test(text))
    throw new AttuneError('input-unreadable', `"${text}" is no base of ${site.rsid ?? site.pos}`)
  return found ?? text
}

/** `C/T`, `C|T`, `A` or `./.` of a record. */
export const genotypeFrom = (text: string): SiteGenotype | undefined => {
  const alleles = text.split(/[/|]/).map((base) => (base === '.' ? null : base))
  return alleles.every((base) => base === null) ? undefined : { alleles, phased: text.includes('|'), phaseSet: null }
}

/** What a case says of one sample: genotypes by site; sites of `reference` genes that are not listed carry the reference base twice. */
export type SampleSketch = {
  readonly reference: ReadonlySet<string>
  readonly phased: boolean
  readonly listed: ReadonlyMap<number, SiteGenotype | undefined>
}

export const drawSample = (sites: readonly Site[], sketch: SampleSketch): SampleGenotypes => ({
  sample: 'case',
  at: sites.map((site) => {
    if (sketch.listed.has(site.index)) return sketch.listed.get(site.index)
    return sketch.reference.has(site.gene) && !site.flags.includes('extra')
      ? { alleles: [site.ref, site.ref], phased: sketch.phased, phaseSet: null }
      : undefined
  }),
})

/** The site that a case names by rsid, position or `chrom:pos`. */
export const findSite = (sites: readonly Site[], gene: string | null, name: string): Site | undefined =>
  sites.find(
    (site) =>
      (gene === null || site.gene === gene) && (site.rsid === name || `${site.pos}` === name || `${site.chrom}:${site.pos}` === name),
  )
