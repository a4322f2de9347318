import { allowedValues } from '../risk/encode.ts'
import type { InputSpec, InputSpecOf, Manifest } from '../risk/model-folder.ts'

/** Into which parts values are counted. Numbers: a value on an edge counts above it. Words: a fixed list, and the rest in one. */
export type Bins =
  | { readonly kind: 'numbers'; readonly edges: readonly number[] }
  | { readonly kind: 'words'; readonly words: readonly string[] }

/**
 * The bins are part of what is stored: a change of the functions below needs a new name for the measure (contract/monitoring.ts), or
 * counts of before and after would be mixed.
 */
const LINEAR = 20
const TO_A_DECADE = 20

const linear = (low: number, high: number): number[] =>
  Array.from({ length: LINEAR - 1 }, (_, n) => low + ((high - low) * (n + 1)) / LINEAR)

const decades = (from: number, to: number): number[] =>
  Array.from({ length: (to - from) * TO_A_DECADE + 1 }, (_, n) => Number((10 ** (from + n / TO_A_DECADE)).toPrecision(6)))

/** Risks crowd together at the low end. Per cent. */
const PERCENT = [
  0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 22, 25, 28, 32, 36, 40, 45, 50, 55, 60, 65, 70, 75,
  80, 85, 90, 95, 98,
]

/** Points, millilitres per minute, milligrams per week: twenty bins to a decade from 0.01 to 100,000, and what is below zero in one. */
const ANY = [0, ...decades(-2, 5)]

/** Differences of a challenger from its champion: percentage points, or per cent of the champion's number where it is no percentage. */
export const DIFFERENCES: readonly number[] = [-50, -20, -10, -5, -2, -1, -0.1, 0.1, 1, 2, 5, 10, 20, 50]

/** Milliseconds of a call. */
export const LATENCIES: readonly number[] = [5, 10, 25, 50, 100, 250, 500, 1000, 2500]

const byRange = ({ low, high }: { readonly low: number; readonly high: number }): number[] =>
  low > 0 && high / low > 100 ? decades(Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))) : linear(low, high)

/** Bins of an input: its reference distribution's where the model has one, else fine ones over its valid range. */
export const binsOfInput = (spec: InputSpec, { monitoring }: Pick<Manifest, 'monitoring'>): Bins => {
  const reference = monitoring?.inputs[spec.name]
  if (reference) return { kind: 'numbers', edges: reference.edges }
  const words = allowedValues(spec)
  if (words) return { kind: 'words', words: [...new Set(words.map(String))] }
  const range = 'range' in spec ? spec.range : undefined
  return { kind: 'numbers', edges: range ? byRange(range) : ANY }
}

/** Bins of an estimate. */
export const binsOfScore = (variant: string, unit: string, { monitoring }: Pick<Manifest, 'monitoring'>): Bins => ({
  kind: 'numbers',
  edges: monitoring?.scores[variant]?.edges ?? (unit === '%' ? PERCENT : ANY),
})

/** Number of edges at or below a value. */
export const indexIn = (edges: readonly number[], value: number): number => {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((edges[middle] ?? Number.POSITIVE_INFINITY) <= value) low = middle + 1
    else high = middle
  }
  return low
}

const OTHER = 'other'

/** The bin of a value, as it is stored. */
export const binOf = (bins: Bins, value: number | string): string => {
  if (bins.kind === 'words') return bins.words.includes(String(value)) ? String(value) : OTHER
  return typeof value === 'number' && Number.isFinite(value) ? String(indexIn(bins.edges, value)) : OTHER
}

/** All bins, in order, as they are stored. */
export const binNames = (bins: Bins): readonly string[] =>
  bins.kind === 'words' ? [...bins.words, OTHER] : Array.from({ length: bins.edges.length + 1 }, (_, n) => String(n))

const short = (value: number): string => String(Number(value.toPrecision(3)))

/** A run of numeric bins in words: `under 40`, `40 to 52`, `80 and more`. */
export const sayRange = (edges: readonly number[], first: number, last: number): string => {
  const low = first === 0 ? undefined : edges[first - 1]
  const high = edges[last]
  if (low === undefined) return high === undefined ? 'any' : `under ${short(high)}`
  return high === undefined ? `${short(low)} and more` : `${short(low)} to ${short(high)}`
}

const answersOf = (spec: InputSpecOf<'answer'>, word: string): string =>
  spec.answers.find(({ value, display }) => String(value) === word && display)?.display ?? word

/** A value of a fixed list as people read it. */
export const sayWord = (spec: InputSpec, word: string): string => {
  if (spec.kind === 'sex') return Object.entries(spec.values).find(([, value]) => String(value) === word)?.[0] ?? word
  if (spec.kind === 'answer') return answersOf(spec, word)
  const words = allowedValues(spec)
  const isYesOrNo = words?.every((value) => value === 0 || value === 1)
  return isYesOrNo ? ({ '1': 'yes', '0': 'no' }[word] ?? word) : word
}
