import { isAtcSubstance, isRxcui, isSnomedConcept } from '../check-digits.ts'
import type { MapSystem } from '../drug-map.ts'
import type { RrfReading } from './read-rrf.ts'
import { isStep } from './steps.ts'

/** One RxNorm concept: its term type and name. */
export type Concept = { readonly tty: string; readonly name: string; readonly standing: number }

export type Concepts = {
  /** Concepts by code, of the term types that name drugs. */
  readonly byCode: Map<number, Concept>
  /** Every code of the file, whatever its source: what relations may point at. */
  readonly all: Set<number>
  readonly others: Record<Exclude<MapSystem, 'ndc'>, Map<string, Set<number>>>
  /** Concepts of term types that no ingredient is looked for in. */
  readonly otherKinds: Map<string, number>
}

/** Sources of other code systems in a full release, and the form of a code that names a drug. */
const OTHER_SOURCES: ReadonlyMap<string, { readonly system: 'atc' | 'snomed'; readonly isCode: (code: string) => boolean }> = new Map([
  ['ATC', { system: 'atc', isCode: isAtcSubstance }],
  ['SNOMEDCT_US', { system: 'snomed', isCode: isSnomedConcept }],
])

/** Names beside the one of the concept itself: they give it no other term type. */
const SECOND_NAMES: ReadonlySet<string> = new Set(['SY', 'TMSY', 'PSN', 'ET'])

/** SUPPRESS: not suppressed, then obsolete, then suppressed for another reason. */
const STANDINGS: ReadonlyMap<string, number> = new Map([
  ['N', 0],
  ['', 0],
  ['O', 1],
  ['E', 2],
  ['Y', 2],
])

export const newConcepts = (): Concepts => ({
  byCode: new Map(),
  all: new Set(),
  others: { atc: new Map(), snomed: new Map() },
  otherKinds: new Map(),
})

/** Of several names of one code the one in use counts, then the one that sorts first, whatever their order in the file. */
const isBetter = (one: Concept, other: Concept): boolean =>
  one.standing - other.standing < 0 ||
  (one.standing === other.standing && (one.tty < other.tty || (one.tty === other.tty && one.name < other.name)))

/** Columns of RXNCONSO: 0 RXCUI, 7 RXAUI, 11 SAB, 12 TTY, 13 CODE, 14 STR, 16 SUPPRESS. */
export const conceptReader = (concepts: Concepts): RrfReading['onRow'] => {
  const atoms = new Set<string>()
  return (columns) => {
    const [rxcui = '', , , , , , , rxaui = '', , , , sab = '', tty = '', code = '', name = '', , suppress = ''] = columns
    if (!isRxcui(rxcui)) return 'the first column is no RxNorm code'
    if (!/^\d{1,12}$/.test(rxaui)) return 'the eighth column is no atom'
    if (atoms.has(rxaui)) return `the atom ${rxaui} stands twice`
    atoms.add(rxaui)
    const standing = STANDINGS.get(suppress)
    if (standing === undefined) return 'the column SUPPRESS holds none of N, O, E, Y'
    const number = Number(rxcui)
    concepts.all.add(number)
    const other = OTHER_SOURCES.get(sab)
    if (other !== undefined && standing === 0 && other.isCode(code)) {
      const known = concepts.others[other.system]
      known.set(code, (known.get(code) ?? new Set()).add(number))
    }
    if (sab !== 'RXNORM' || SECOND_NAMES.has(tty)) return null
    if (name === '' || /[\t\r]/.test(name)) return 'the name is empty or holds a tab'
    if (!isStep(tty)) {
      concepts.otherKinds.set(tty, (concepts.otherKinds.get(tty) ?? 0) + 1)
      return null
    }
    const concept = { tty, name, standing }
    const known = concepts.byCode.get(number)
    if (known === undefined || isBetter(concept, known)) concepts.byCode.set(number, concept)
    return null
  }
}
