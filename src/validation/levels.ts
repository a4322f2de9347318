/**
 * A score is taken to a fixed level before anything is computed from it, so that a table of counts (level x outcome) is all that any
 * figure needs, and tables of several sites add up to the very figures of their pooled rows.
 *
 * Probabilities: edges at every 0.05 on the log-odds scale between 0.001 % and 99.999 %, and at every 0.5 % (every 0.1 % below 1 % and
 * above 99 %), so that usual decision thresholds fall between two levels. A level stands for the middle of its edges in log odds: at
 * most 2.5 % off in odds. Scores: the value itself to two decimals.
 */
export type Scale = 'probability' | 'score'

export const logit = (p: number): number => Math.log(p / (1 - p))
export const expit = (x: number): number => 1 / (1 + Math.exp(-x))

const STEP = 0.05
const STEPS = 230
/** Twelve digits: the same number on every machine. */
const settle = (value: number): number => Number(value.toPrecision(12))

/** Per mille, so that each is a whole number divided once. */
const THRESHOLD_MILLE: readonly number[] = [
  ...Array.from({ length: 9 }, (_, n) => n + 1),
  ...Array.from({ length: 197 }, (_, n) => 10 + 5 * n),
  ...Array.from({ length: 9 }, (_, n) => 991 + n),
]

/** Probabilities at which a decision may be looked at. */
export const THRESHOLDS: readonly number[] = THRESHOLD_MILLE.map((mille) => mille / 1000)

const EDGES: readonly number[] = [
  ...new Set([...THRESHOLDS, ...Array.from({ length: 2 * STEPS + 1 }, (_, n) => settle(expit((n - STEPS) * STEP)))]),
].sort((a, b) => a - b)

/** Number of edges at or below: the level's key, 0 to EDGES.length. */
const levelOf = (p: number): number => {
  let low = 0
  let high = EDGES.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((EDGES[middle] ?? 1) <= p) low = middle + 1
    else high = middle
  }
  return low
}

const middleOf = (key: number): number => {
  const below = EDGES[key - 1]
  const above = EDGES[key]
  if (below === undefined) return (above ?? 1) / 2
  if (above === undefined) return 1 - (1 - below) / 2
  return settle(expit((logit(below) + logit(above)) / 2))
}
const MIDDLES: readonly number[] = Array.from({ length: EDGES.length + 1 }, (_, key) => middleOf(key))

type Levels = {
  /** Whole number that stands for the level in tables of counts. */
  readonly keyOf: (value: number) => number
  readonly valueOf: (key: number) => number
  readonly isKey: (key: number) => boolean
}

/** How each scale is cut into levels. */
export const LEVELS: { readonly [S in Scale]: Levels } = {
  probability: {
    keyOf: levelOf,
    valueOf: (key) => MIDDLES[key] ?? Number.NaN,
    isKey: (key) => Number.isInteger(key) && key >= 0 && key < MIDDLES.length,
  },
  score: { keyOf: (value) => Math.round(value * 100), valueOf: (key) => key / 100, isKey: Number.isInteger },
}
