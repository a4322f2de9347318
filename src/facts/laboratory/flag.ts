import type { MeasuredValue, ReferenceRange, ResultFlag } from '../../contract/facts.ts'
import { asList, codings, type Json, wording } from '../accessors.ts'

type Code = ResultFlag['code']

/**
 * HL7 ObservationInterpretation (v3; v2 table 0078 uses the same letters). `HU` and `LU` are the significantly high and low of the same
 * value set, shown with the critical ones so that none is understated; off-scale results (`<`, `>`) say a direction.
 */
const CODES: Readonly<Record<string, Code>> = {
  HH: 'HH',
  HU: 'HH',
  H: 'H',
  '>': 'H',
  HX: 'H',
  N: 'N',
  L: 'L',
  '<': 'L',
  LX: 'L',
  LL: 'LL',
  LU: 'LL',
  A: 'A',
  AA: 'AA',
}

/** Words that laboratories write where a code belongs. */
const WORDS: Readonly<Record<string, Code>> = {
  high: 'H',
  low: 'L',
  normal: 'N',
  abnormal: 'A',
  'critical high': 'HH',
  'critically high': 'HH',
  'critical low': 'LL',
  'critically low': 'LL',
  'critical abnormal': 'AA',
}

/** What counts when several are given. */
const ORDER: readonly Code[] = ['HH', 'LL', 'AA', 'H', 'L', 'A', 'other', 'N']

type Word = { readonly code: Code; readonly text?: string }

const wordOf = (concept: unknown): Word | null => {
  const coded = codings(concept)
  for (const { code } of coded) if (Object.hasOwn(CODES, code.toUpperCase())) return { code: CODES[code.toUpperCase()] ?? 'other' }
  const text = wording(concept) ?? coded[0]?.code ?? null
  if (text === null) return null
  const plain = text.toLowerCase()
  if (Object.hasOwn(WORDS, plain)) return { code: WORDS[plain] ?? 'other' }
  if (Object.hasOwn(CODES, text.toUpperCase())) return { code: CODES[text.toUpperCase()] ?? 'other' }
  return { code: 'other', text }
}

const labWord = (resource: Json): Word | null =>
  asList(resource.interpretation)
    .flatMap((concept) => wordOf(concept) ?? [])
    .toSorted((a, b) => ORDER.indexOf(a.code) - ORDER.indexOf(b.code))[0] ?? null

/** Where a value lies by its own range. A comparator leaves it open unless every value that it allows lies on one side. */
export const placeInRange = (value: MeasuredValue, range: ReferenceRange | null): ResultFlag['range'] => {
  if (value.kind !== 'quantity' || range === null || range.kind !== undefined) return null
  const { low, high } = range
  if (low === undefined && high === undefined) return null
  const [atLeast, atMost] = [value.comparator?.startsWith('<') ? null : value.value, value.comparator?.startsWith('>') ? null : value.value]
  if (high !== undefined && atLeast !== null && (atLeast > high || (atLeast === high && value.comparator === '>'))) return 'above'
  if (low !== undefined && atMost !== null && (atMost < low || (atMost === low && value.comparator === '<'))) return 'below'
  const fitsLow = low === undefined || (atLeast !== null && atLeast >= low)
  const fitsHigh = high === undefined || (atMost !== null && atMost <= high)
  return fitsLow && fitsHigh ? 'within' : null
}

const SIDES: { readonly [code in Code]?: NonNullable<ResultFlag['range']> } = {
  HH: 'above',
  H: 'above',
  N: 'within',
  L: 'below',
  LL: 'below',
}

const FROM_RANGE = { above: 'H', below: 'L', within: 'N' } as const satisfies Record<NonNullable<ResultFlag['range']>, Code>

/** The laboratory's word first; without one, where the value lies by the range that came with it; else nothing is said. */
export const flagOf = (resource: Json, value: MeasuredValue, range: ReferenceRange | null): ResultFlag | null => {
  const [word, place] = [labWord(resource), placeInRange(value, range)]
  if (word === null) return place === null ? null : { code: FROM_RANGE[place], from: 'range', range: place, disagrees: false }
  const said = SIDES[word.code]
  return { ...word, from: 'lab', range: place, disagrees: said !== undefined && place !== null && said !== place }
}
