import { eachLevel, sizeOf, type Tally } from './tally.ts'

/**
 * Chance that a person with the event has the higher score than one without, a tie counting half (Mann-Whitney).
 * Null when one of the two outcomes does not occur.
 */
export const auroc = (tally: Tally): number | null => {
  const { events, others } = sizeOf(tally)
  if (events === 0 || others === 0) return null
  let below = 0
  let won = 0
  eachLevel(tally, (_, e, o) => {
    won += e * (below + o / 2)
    below += o
  })
  return won / (events * others)
}

/** Rates when everyone at or above a level is called positive. */
export type Cut = {
  readonly level: number
  /** Share of people with the event who are called (recall). */
  readonly sensitivity: number
  readonly falsePositiveRate: number
  /** Share of the called who have the event; 1 where nobody is called. */
  readonly precision: number
}

/** From the strictest cut to calling everyone. Empty when one of the two outcomes does not occur. */
export const cutsOf = (tally: Tally): Cut[] => {
  const { events, others } = sizeOf(tally)
  if (events === 0 || others === 0) return []
  const cuts: Cut[] = []
  let hit = 0
  let missed = 0
  for (let n = tally.levels.length - 1; n >= 0; n -= 1) {
    hit += tally.events[n] ?? 0
    missed += tally.others[n] ?? 0
    if (hit + missed === 0) continue
    cuts.push({
      level: tally.levels[n] ?? 0,
      sensitivity: hit / events,
      falsePositiveRate: missed / others,
      precision: hit / (hit + missed),
    })
  }
  return cuts
}

/** Average precision: precision weighted by the rise in recall, level by level; people of one level are called together. */
export const averagePrecision = (tally: Tally): number | null => {
  const { events, others } = sizeOf(tally)
  if (events === 0 || others === 0) return null
  let hit = 0
  let called = 0
  let total = 0
  for (let n = tally.levels.length - 1; n >= 0; n -= 1) {
    const e = tally.events[n] ?? 0
    hit += e
    called += e + (tally.others[n] ?? 0)
    if (e > 0) total += (e / events) * (hit / called)
  }
  return total
}
