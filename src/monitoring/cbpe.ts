/**
 * Performance that a calibrated model is expected to have on the people it is used on, without their outcomes: each estimate p counts as
 * p of an event and 1 - p of none (confidence-based performance estimation; definition: NannyML documentation, "Performance estimation",
 * CBPE). Right only as far as the probabilities are calibrated, and blind to a changed relation of inputs and outcome.
 */

/** Estimates of one bin: how many, their sum and the sum of their squares, as shares (0 to 1). Bins in rising order. */
export type ScoreBin = { readonly n: number; readonly total: number; readonly squares: number }

export type Estimated = { readonly value: number; readonly error: number; readonly n: number }

const add = (bins: readonly ScoreBin[], of: (bin: ScoreBin) => number): number => bins.reduce((sum, bin) => sum + of(bin), 0)

/** Hanley and McNeil, Radiology 1982;143:29-36: standard error of the area from its size and the two counts. */
export const errorOfArea = (area: number, events: number, others: number): number => {
  if (events < 1 || others < 1) return Number.POSITIVE_INFINITY
  const q1 = area / (2 - area)
  const q2 = (2 * area * area) / (1 + area)
  const variance = (area * (1 - area) + (events - 1) * (q1 - area * area) + (others - 1) * (q2 - area * area)) / (events * others)
  return Math.sqrt(Math.max(0, variance))
}

/** Expected area under the ROC curve; estimates of one bin count as ties. Null when events or non-events are not to be expected. */
export const expectedAuroc = (bins: readonly ScoreBin[]): Estimated | null => {
  const n = add(bins, (bin) => bin.n)
  const events = add(bins, ({ total }) => total)
  const others = n - events
  if (events < 1 || others < 1) return null
  let below = 0
  let pairs = 0
  for (const bin of bins) {
    const none = bin.n - bin.total
    pairs += bin.total * (below + none / 2)
    below += none
  }
  const value = pairs / (events * others)
  return { value, error: errorOfArea(value, events, others), n }
}

/** Expected Brier score: the mean of p (1 - p), exact. The error takes each bin's mean for its estimates. */
export const expectedBrier = (bins: readonly ScoreBin[]): Estimated | null => {
  const n = add(bins, (bin) => bin.n)
  if (n === 0) return null
  const value = add(bins, ({ total, squares }) => total - squares) / n
  // Var of (p - y)^2 with y of probability p is p (1 - p) (1 - 2p)^2; beside it that of p (1 - p) over the people
  const variance = add(bins, ({ n: count, total }) => {
    const p = count === 0 ? 0 : total / count
    const own = p * (1 - p)
    return count * (own * (1 - 2 * p) ** 2 + (own - value) ** 2)
  })
  return { value, error: Math.sqrt(variance) / n, n }
}
