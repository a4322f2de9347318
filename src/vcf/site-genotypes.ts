import type { Site, SiteGenotype } from '../pgx/calling/genotypes.ts'
import type { ColumnGenotype, GenotypeColumns } from './genotype-columns.ts'
import { SPANNED } from './read-alleles.ts'

/** What is known of one sample at one site: its genotype, or why there is none. */
export type Entry = { readonly genotype: SiteGenotype | undefined; readonly why: string | null }

/**
 * The position's own record; a deletion that begins before it; a stretch of reference calls. The first goes before the second, the
 * second before the third.
 */
export type LayerKind = 'record' | 'spanned' | 'stretch'
const KINDS: readonly LayerKind[] = ['record', 'spanned', 'stretch']

/** One record's word on one site, for all samples: a code per sample into a short list of entries. */
export type Layer = {
  readonly line: number
  readonly kind: LayerKind
  readonly codes: GenotypeColumns['codes']
  readonly entries: readonly Entry[]
  /** Non-reference bases that the record's ALTs stand for: a second record of the same change is a contradiction. */
  readonly stated: readonly string[]
}

export const NO_RECORD: Entry = { genotype: undefined, why: null }

/** Why a record of the position gave no genotype. The words stand in the notes of the call. */
const NOT_CALLED = 'the record holds no genotype (./.)'

const entryOf = (genotype: ColumnGenotype, bases: readonly (string | null)[], refused: string | null): Entry => {
  const why = refused ?? genotype.unusable
  if (why !== null) return { genotype: undefined, why }
  if (genotype.alleles.every((allele) => allele < 0)) return { genotype: undefined, why: NOT_CALLED }
  const alleles = genotype.alleles.map((allele) => (allele < 0 ? null : (bases[allele] ?? null)))
  if (alleles.every((allele) => allele === null)) return NO_RECORD
  return { genotype: { alleles, phased: genotype.phased, phaseSet: genotype.phaseSet }, why: null }
}

/**
 * One layer out of a record's columns.
 * @param bases by allele number, in the site's own words; null where an allele says nothing of the site
 * @param refused why the whole record must not be used; null when it may
 */
export const makeLayer = (
  line: number,
  kind: LayerKind,
  columns: GenotypeColumns,
  site: Site,
  bases: readonly (string | null)[],
  refused: string | null,
): Layer => ({
  line,
  kind,
  codes: columns.codes,
  entries: columns.genotypes.map((genotype) => entryOf(genotype, bases, refused)),
  stated: [
    ...new Set(bases.filter((base): base is string => base !== null && base !== site.ref && base !== SPANNED && !base.startsWith('<'))),
  ],
})

const isEven = (alleles: readonly (string | null)[]): boolean => alleles.every((allele) => allele === alleles[0])

const unphased = (alleles: readonly (string | null)[]): SiteGenotype => ({ alleles, phased: false, phaseSet: null })

/** Copy by copy, for records that split one position's ALTs and kept the order of the copies. */
const joinInOrder = (left: SiteGenotype, right: SiteGenotype, ref: string): SiteGenotype | null => {
  const alleles: (string | null)[] = []
  for (const [at, one] of left.alleles.entries()) {
    const other = right.alleles[at] ?? null
    const [leftAlt, rightAlt] = [one !== null && one !== ref, other !== null && other !== ref]
    if (leftAlt && rightAlt && one !== other) return null
    alleles.push(leftAlt ? one : rightAlt ? other : one === null || other === null ? null : ref)
  }
  const ordered = left.phased && !isEven(left.alleles) ? left : right
  return { alleles, phased: ordered.phased, phaseSet: ordered.phaseSet }
}

/** Without order only the counts matter: every ALT takes one copy, the rest is reference where both records say so. */
const joinByCount = (left: SiteGenotype, right: SiteGenotype, ref: string): SiteGenotype | null => {
  const isAlt = (allele: string | null): boolean => allele !== null && allele !== ref
  const alts = [...left.alleles, ...right.alleles].filter(isAlt)
  const rest = left.alleles.length - alts.length
  if (rest < 0) return null
  const counted = (alleles: readonly (string | null)[]): number => alleles.filter((allele) => allele === ref).length
  const references = Math.min(counted(left.alleles), counted(right.alleles), rest)
  return unphased([...Array<string>(references).fill(ref), ...alts, ...Array<null>(rest - references).fill(null)])
}

/** Two records of one position as one genotype; null when they cannot both be true. */
const joinGenotypes = (left: SiteGenotype, right: SiteGenotype, ref: string): SiteGenotype | null => {
  if (left.alleles.length !== right.alleles.length) return null
  const inOrder = (one: SiteGenotype): boolean => one.phased || isEven(one.alleles)
  return inOrder(left) && inOrder(right) ? joinInOrder(left, right, ref) : joinByCount(left, right, ref)
}

/** A record that says nothing leaves open whether the copies that the other calls reference carry its change. */
const weaken = (one: Entry, ref: string, why: string): Entry => {
  if (one.genotype === undefined) return one
  const alleles = one.genotype.alleles.map((allele) => (allele === ref ? null : allele))
  return alleles.every((allele) => allele === null) ? { genotype: undefined, why } : { genotype: { ...one.genotype, alleles }, why }
}

/** Null when the two contradict each other. A layer without a word on the sample changes nothing. */
const joinEntries = (left: Entry, right: Entry, ref: string): Entry | null => {
  if (left === NO_RECORD) return right
  if (right === NO_RECORD) return left
  if (left.genotype === undefined && right.genotype === undefined) return left
  if (left.genotype === undefined) return weaken(right, ref, left.why ?? NOT_CALLED)
  if (right.genotype === undefined) return weaken(left, ref, right.why ?? NOT_CALLED)
  const genotype = joinGenotypes(left.genotype, right.genotype, ref)
  return genotype === null ? null : { genotype, why: left.why ?? right.why }
}

/** What goes first, where it says anything of the sample. */
const overlay = (over: Entry, under: Entry): Entry => (over.genotype !== undefined || over.why !== null ? over : under)

const coder = () => {
  const entries: Entry[] = []
  const codes = new Map<Entry, number>()
  return {
    entries,
    codeOf: (entry: Entry): number => {
      const known = codes.get(entry)
      if (known !== undefined) return known
      codes.set(entry, entries.length)
      return entries.push(entry) - 1
    },
  }
}

/**
 * Two layers of one site as one.
 * @returns null when some sample's genotypes contradict each other
 */
export const mergeLayers = (left: Layer, right: Layer, site: Site): Layer | null => {
  const join = (one: Entry, other: Entry): Entry | null => {
    if (left.kind === right.kind && left.kind !== 'spanned') return joinEntries(one, other, site.ref)
    return KINDS.indexOf(left.kind) <= KINDS.indexOf(right.kind) ? overlay(one, other) : overlay(other, one)
  }
  const made = coder()
  const known = new Map<number, number>()
  const width = right.entries.length
  const codes = new Uint32Array(left.codes.length)
  for (let sample = 0; sample < codes.length; sample += 1) {
    const [one, other] = [left.codes[sample] ?? 0, right.codes[sample] ?? 0]
    const key = one * width + other
    let code = known.get(key)
    if (code === undefined) {
      const entry = join(left.entries[one] ?? NO_RECORD, right.entries[other] ?? NO_RECORD)
      if (entry === null) return null
      code = made.codeOf(entry)
      known.set(key, code)
    }
    codes[sample] = code
  }
  return {
    line: left.line,
    kind: KINDS.find((kind) => kind === left.kind || kind === right.kind) ?? 'record',
    codes: made.entries.length < 256 ? Uint8Array.from(codes) : codes,
    entries: made.entries,
    stated: [...new Set([...left.stated, ...right.stated])],
  }
}
