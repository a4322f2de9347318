/** Pseudo-random numbers that are the same on every machine and for every run with the same seed (mulberry32 over FNV-1a). */
export type Random = {
  /** Evenly spread, 0 <= x < 1. */
  next(): number
  /** Bell-shaped, by Box and Muller. */
  normal(mean: number, deviation: number): number
  /** Whole number, both ends included. */
  between(low: number, high: number): number
}

const hash = (text: string): number => {
  let state = 0x811c9dc5
  for (const letter of text) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  return state >>> 0
}

export const makeRandom = (seed: string): Random => {
  let state = hash(seed)
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const normal = (mean: number, deviation: number): number =>
    mean + deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  return { next, normal, between: (low, high) => low + Math.floor(next() * (high - low + 1)) }
}
