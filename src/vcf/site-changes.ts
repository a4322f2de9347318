import type { Site } from '../pgx/calling/genotypes.ts'

/** A difference from the reference without anything the two share: `inserted` stands in the place of `deleted`, from `start` (1-based). */
export type Change = { readonly start: number; readonly deleted: string; readonly inserted: string }

/** Trims what REF and ALT share, first at the end, then at the start: the way that leaves an insertion or deletion leftmost. */
export const trim = (pos: number, ref: string, alt: string): Change => {
  let tail = 0
  while (tail < ref.length && tail < alt.length && ref[ref.length - 1 - tail] === alt[alt.length - 1 - tail]) tail += 1
  const [deleted, inserted] = [ref.slice(0, ref.length - tail), alt.slice(0, alt.length - tail)]
  let head = 0
  while (head < deleted.length && head < inserted.length && deleted[head] === inserted[head]) head += 1
  return { start: pos + head, deleted: deleted.slice(head), inserted: inserted.slice(head) }
}

/** Purely inserted or purely deleted: the only changes that can be shifted. */
export const isShiftable = ({ deleted, inserted }: Change): boolean => (deleted === '') !== (inserted === '')

/** A base of the reference by position; null where it is not known. */
export type ReferenceBase = (pos: number) => string | null

/** Shifts an insertion or deletion to the left as far as the known reference allows. `open` when the next base is not known. */
export const shiftLeft = (change: Change, baseAt: ReferenceBase): { readonly change: Change; readonly open: boolean } => {
  if (!isShiftable(change)) return { change, open: false }
  let { start } = change
  let unit = change.deleted || change.inserted
  for (let before = baseAt(start - 1); before === unit.at(-1); before = baseAt(start - 1)) {
    unit = before + unit.slice(0, -1)
    start -= 1
  }
  const moved = change.deleted === '' ? { start, deleted: '', inserted: unit } : { start, deleted: unit, inserted: '' }
  return { change: moved, open: baseAt(start - 1) === null }
}

export const isSame = (left: Change, right: Change): boolean =>
  left.start === right.start && left.deleted === right.deleted && left.inserted === right.inserted

const REPEAT = /^g\.(\d+)([ACGT]+)\[(\d+)\]$/
const DUPLICATION = /^g\.(\d+)(?:_(\d+))?dup/
const DELETION = /^g\.(\d+)(?:_\d+)?del(?!ins)/
const INSERTION = /^g\.(\d+)_\d+ins[ACGT]+$/

/**
 * Last position up to which the reference repeats what is inserted or deleted. HGVS names the rightmost place of a change, VCF the
 * leftmost, so the two together give the stretch in which it can be shifted.
 */
const repeatedUpTo = (name: string, change: Change, growth: number): number | null => {
  const repeat = REPEAT.exec(name)
  if (repeat) {
    const unit = repeat[2] ?? ''
    const copies = Number(repeat[3]) - growth / unit.length
    return Number(repeat[1]) + copies * unit.length - 1
  }
  const duplication = DUPLICATION.exec(name)
  if (duplication) return Number(duplication[2] ?? duplication[1])
  const deletion = DELETION.exec(name)
  if (deletion) return Number(deletion[1]) + change.deleted.length - 1
  const insertion = INSERTION.exec(name)
  return insertion ? Number(insertion[1]) : null
}

/** A site's ALTs as changes, and the reference around it as far as the definitions know it. */
export type SiteChanges = {
  readonly site: Site
  /** One per member of `site.alts`. */
  readonly changes: readonly Change[]
  readonly kind: 'substitution' | 'insertion-deletion' | 'several-bases'
  /** Known reference, from `site.pos` on; at least REF. */
  readonly context: string
  /** Last position at which a record may begin and still be about this site. */
  readonly zoneEnd: number
  /** The names tell every place to which the changes can be shifted. Without them a shifted record cannot be judged. */
  readonly shiftsKnown: boolean
}

/** How far behind a site whose shifts are not known a record is looked at. Longer repeats are not among known definitions. */
const UNKNOWN_REACH = 100

/** The reference repeats `unit` from `start` to `end`. */
const repeated = (unit: string, length: number): string => unit.repeat(Math.ceil(length / unit.length)).slice(0, length)

export const siteChanges = (site: Site): SiteChanges => {
  const changes = site.alts.map((alt) => trim(site.pos, site.ref, alt))
  const kind = changes.some(isShiftable) ? 'insertion-deletion' : site.ref.length > 1 ? 'several-bases' : 'substitution'
  let context = site.ref
  let shiftsKnown = true
  changes.forEach((change, at) => {
    if (!isShiftable(change)) return
    const unit = change.deleted || change.inserted
    const end = repeatedUpTo(site.names?.[at] ?? '', change, change.inserted.length - change.deleted.length)
    if (end === null) shiftsKnown = false
    else if (end >= change.start) {
      const known = site.ref.slice(0, change.start - site.pos) + repeated(unit, end - change.start + 1)
      if (known.length > context.length) context = known
    }
  })
  const zoneEnd = site.pos + context.length - 1 + (shiftsKnown ? 0 : UNKNOWN_REACH)
  return { site, changes, kind, context, zoneEnd, shiftsKnown }
}
