import { eachLevel, sizeOf, type Tally } from './tally.ts'

/** Net benefit at a threshold probability (Vickers and Elkin 2006, doi:10.1177/0272989X06295361), per person. Treating nobody has 0. */
export type NetBenefit = {
  readonly threshold: number
  readonly model: number
  readonly treatAll: number
  /** Share of people at or above the threshold. */
  readonly treated: number
}

/** True positives less false positives at the odds of the threshold, per person. The threshold must lie between two levels. */
export const netBenefit = (tally: Tally, threshold: number): NetBenefit | null => {
  const { people, events, others } = sizeOf(tally)
  if (people === 0) return null
  const odds = threshold / (1 - threshold)
  let [hit, wrong] = [0, 0]
  eachLevel(tally, (p, e, o) => {
    if (p < threshold) return
    hit += e
    wrong += o
  })
  return { threshold, model: (hit - odds * wrong) / people, treatAll: (events - odds * others) / people, treated: (hit + wrong) / people }
}
