import { type Change, isSame, type ReferenceBase, type SiteChanges, shiftLeft, trim } from './site-changes.ts'

/** The alleles of one record, upper case. `alts` is empty for `.`. */
export type RecordAlleles = { readonly pos: number; readonly ref: string; readonly alts: readonly string[] }

/** `<*>` and `<NON_REF>` stand for every other allele: a genotype without them excludes all that is not listed. */
export const isAnyOther = (alt: string): boolean => alt === '<*>' || alt === '<NON_REF>'
/** Deletions, duplications, copy numbers and breakends. */
export const isStructural = (alt: string): boolean => !isAnyOther(alt) && /[<>[\]]|^\.[A-Z]|[A-Z]\.$/.test(alt)
const isBases = (alt: string): boolean => /^[A-Z]+$/.test(alt)

/** The allele is gone with a deletion that begins before it. */
export const SPANNED = '*'

/**
 * What a record says of one site. `bases` by allele number, 0 first, in the bases of the site's own REF and ALTs; null where the
 * allele says nothing of the site. `silent` with `hint` when it looks like the site's record and is not.
 */
export type SiteReading =
  | { readonly state: 'read'; readonly bases: readonly (string | null)[] }
  | { readonly state: 'silent'; readonly hint: string | null }
  /** REF is not the base of the definition. */
  | { readonly state: 'ref-differs' }
  /** An insertion or deletion that might be the site's, were it left-aligned. */
  | { readonly state: 'not-aligned' }

const SILENT: SiteReading = { state: 'silent', hint: null }
const silent = (hint: string): SiteReading => ({ state: 'silent', hint })

const lastOf = ({ pos, ref }: RecordAlleles): number => pos + ref.length - 1

const knownReference = (record: RecordAlleles, { site, context }: SiteChanges): ReferenceBase => {
  const { pos, ref } = record
  return (at) => ref[at - pos] ?? context[at - site.pos] ?? null
}

/** True where REF and the definition share positions and differ. `N` is not known, so it does not differ. */
const refDiffers = (record: RecordAlleles, { site, context }: SiteChanges): boolean => {
  const to = Math.min(lastOf(record), site.pos + context.length - 1)
  for (let at = Math.max(record.pos, site.pos); at <= to; at += 1) {
    const base = record.ref[at - record.pos]
    if (base !== 'N' && base !== context[at - site.pos]) return true
  }
  return false
}

/** A deletion, or a replacement by more or fewer bases, takes away all that lies from `from` to `to`: which base stands there now is not known. */
const covers = ({ start, deleted, inserted }: Change, from: number, to: number): boolean =>
  deleted.length !== inserted.length && start <= from && start + deleted.length - 1 >= to

/** Null for an allele that is not written in bases, or that tells nothing of the site. */
type ReadAllele = (alt: string) => string | null

const readings = (record: RecordAlleles, about: boolean, reference: string, read: ReadAllele, hint: string | null): SiteReading => {
  const bases = [
    about ? reference : null,
    ...record.alts.map((alt) => (about || (read(alt) !== reference && !isAnyOther(alt)) ? read(alt) : null)),
  ]
  if (bases.every((each) => each === null)) return hint === null ? SILENT : silent(hint)
  return { state: 'read', bases }
}

/** `*` speaks of the record's own position only. */
const symbol = (alt: string, { pos }: RecordAlleles, { site }: SiteChanges): string | null =>
  alt === SPANNED ? (pos === site.pos ? SPANNED : null) : isAnyOther(alt) ? alt : null

const readSubstitution = (record: RecordAlleles, place: SiteChanges): SiteReading => {
  const { site } = place
  const { pos, ref, alts } = record
  const substituted = (alt: string): string | null => (isBases(alt) && alt.length === ref.length ? (alt[site.pos - pos] ?? null) : null)
  const read: ReadAllele = (alt) => {
    if (!isBases(alt)) return symbol(alt, record, place)
    return substituted(alt) ?? (covers(trim(pos, ref, alt), site.pos, site.pos) ? SPANNED : site.ref)
  }
  const about =
    alts.length === 0 ||
    alts.some(isAnyOther) ||
    (alts.includes(SPANNED) && pos === site.pos) ||
    alts.some((alt) => (substituted(alt) ?? site.ref) !== site.ref)
  return readings(record, about, site.ref, read, pos === site.pos ? 'the record there is about another change' : null)
}

/** Written in the site's own frame where it fits, as the difference where not; never equal to a known allele. */
const undocumented = ({ site }: SiteChanges, change: Change): string => {
  const at = change.start - site.pos
  const text = site.ref.slice(0, at) + change.inserted + site.ref.slice(at + change.deleted.length)
  const fits = at > 0 && change.start + change.deleted.length <= site.pos + site.ref.length
  return fits && text !== site.ref && !site.alts.includes(text) ? text : `${change.deleted || '-'}>${change.inserted || '-'}`
}

/** Changes the number of bases in the stretch behind the site's first base. */
const resizes = ({ start, deleted, inserted }: Change, { site, context }: SiteChanges): boolean =>
  deleted.length !== inserted.length && start <= site.pos + context.length - 1 && start + Math.max(deleted.length, 1) - 1 > site.pos

/** Member of the site's ALTs that a record's ALT is, however it is written; -1 for none. */
const matchOf = (record: RecordAlleles, place: SiteChanges, alt: string): number => {
  if (!isBases(alt)) return -1
  const { change } = shiftLeft(trim(record.pos, record.ref, alt), knownReference(record, place))
  return place.changes.findIndex((known) => isSame(known, change))
}

/** Could be the site's change if it were shifted over bases that nobody knows here. */
const mightBe = (change: Change, changes: readonly Change[]): boolean =>
  changes.some(
    (known) =>
      known.start < change.start &&
      known.deleted.length === change.deleted.length &&
      known.inserted.length === change.inserted.length &&
      (known.deleted + known.deleted + known.inserted + known.inserted).includes(change.deleted || change.inserted),
  )

const readInsertionDeletion = (record: RecordAlleles, place: SiteChanges, known: (alt: string) => boolean): SiteReading => {
  const { site, changes } = place
  const { pos, ref, alts } = record
  const baseAt = knownReference(record, place)
  const lastOfSite = site.pos + site.ref.length - 1
  const shifted = alts.map((alt) => (isBases(alt) ? shiftLeft(trim(pos, ref, alt), baseAt) : null))
  const matches = alts.map((alt) => matchOf(record, place, alt))
  if (shifted.some((one, at) => one?.open && matches[at] === -1 && !place.shiftsKnown && mightBe(one.change, changes)))
    return { state: 'not-aligned' }
  const read: ReadAllele = (alt) => {
    const at = alts.indexOf(alt)
    const change = shifted[at]?.change
    if (change === undefined) return symbol(alt, record, place)
    const match = matches[at] ?? -1
    if (match >= 0) return site.alts[match] ?? null
    if (known(alt) || !resizes(change, place)) return site.ref
    return change.start <= site.pos ? SPANNED : undocumented(place, change)
  }
  const whole = pos <= site.pos && lastOf(record) >= lastOfSite
  const about =
    matches.some((match) => match >= 0) ||
    (alts.some(isAnyOther) && (pos === site.pos || whole)) ||
    (alts.length === 0 && whole && ref.length > 1)
  const hint =
    pos !== site.pos
      ? null
      : alts.length === 0
        ? 'the record there does not exclude an insertion or deletion'
        : 'the record there is about another change'
  return readings(record, about, site.ref, read, hint)
}

const readSeveralBases = (record: RecordAlleles, place: SiteChanges): SiteReading => {
  const { site } = place
  const { pos, ref, alts } = record
  const lastOfSite = site.pos + site.ref.length - 1
  const whole = pos <= site.pos && lastOf(record) >= lastOfSite
  if (!whole) return alts.some((alt) => isBases(alt) && !isAnyOther(alt)) ? silent('the record there gives only some of its bases') : SILENT
  const substituted = (alt: string): string | null =>
    isBases(alt) && alt.length === ref.length ? alt.slice(site.pos - pos, site.pos - pos + site.ref.length) : null
  const read: ReadAllele = (alt) => {
    if (!isBases(alt)) return symbol(alt, record, place)
    return substituted(alt) ?? (covers(trim(pos, ref, alt), site.pos, lastOfSite) ? SPANNED : site.ref)
  }
  const about = alts.length === 0 || alts.some(isAnyOther) || alts.some((alt) => (substituted(alt) ?? site.ref) !== site.ref)
  return readings(record, about, site.ref, read, null)
}

/**
 * Reads a record's alleles at each of the sites that it may be about, however the record writes them: with more context, several ALTs,
 * not trimmed, not left-aligned. Only the reference that the definitions themselves show is used; there is no genome here.
 */
export const readAlleles = (record: RecordAlleles, places: readonly SiteChanges[]): readonly SiteReading[] => {
  /** A change that one definition knows is no unknown change of another whose stretch it lies in. */
  const known = (alt: string): boolean => places.some((place) => matchOf(record, place, alt) >= 0)
  return places.map((place) => {
    if (refDiffers(record, place)) return { state: 'ref-differs' }
    if (place.kind === 'substitution') return readSubstitution(record, place)
    return place.kind === 'several-bases' ? readSeveralBases(record, place) : readInsertionDeletion(record, place, known)
  })
}
