/** Counts of the same bins in two groups of people. */
export type Two = { readonly reference: readonly number[]; readonly now: readonly number[] }

export const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)

/** An empty bin that is not empty in the other group counts as half a person, so that the logarithm exists. */
const HALF = 0.5

/**
 * Population stability index: the sum over the bins of (q - p) ln(q / p), with p and q the shares of the reference and of now. It is 0 for
 * equal shares, never negative, and does not depend on the order of the bins. Null when a group is empty.
 */
export const psi = ({ reference, now }: Two): number | null => {
  const before = sum(reference)
  const after = sum(now)
  if (before <= 0 || after <= 0) return null
  return reference.reduce((total, count, n) => {
    const other = now[n] ?? 0
    if (count === 0 && other === 0) return total
    const p = Math.max(count, HALF) / before
    const q = Math.max(other, HALF) / after
    return total + (q - p) * Math.log(q / p)
  }, 0)
}

/**
 * How large the index gets by chance when nothing has changed. For two samples of N and M people in B bins it is distributed as
 * (1/N + 1/M) times chi-square with B - 1 degrees of freedom (second-order expansion of the logarithm); the quantile of chi-square is
 * Wilson and Hilferty's. `z` is the number of standard deviations, one-sided.
 */
export const psiByChance = ({ reference, now }: Two, z: number): number => {
  const filled = reference.filter((count, n) => count > 0 || (now[n] ?? 0) > 0).length
  const degrees = Math.max(1, filled - 1)
  const share = 2 / (9 * degrees)
  const quantile = degrees * Math.max(0, 1 - share + z * Math.sqrt(share)) ** 3
  return (1 / Math.max(1, sum(reference)) + 1 / Math.max(1, sum(now))) * quantile
}

/** Neighbouring bins in one until each holds a tenth of the reference: from where to where, inclusive. */
export const tenths = (reference: readonly number[], parts = 10): readonly (readonly [number, number])[] => {
  const total = sum(reference)
  const groups: [number, number][] = []
  let first = 0
  let held = 0
  reference.forEach((count, n) => {
    held += count
    if (held >= total / parts - 1e-9 && total > 0) {
      groups.push([first, n])
      first = n + 1
      held = 0
    }
  })
  const last = groups.at(-1)
  if (!last) return [[0, Math.max(0, reference.length - 1)]]
  if (first < reference.length) last[1] = reference.length - 1 // what is left is less than a tenth
  return groups
}

export const regroup = (counts: readonly number[], groups: readonly (readonly [number, number])[]): number[] =>
  groups.map(([first, last]) => sum(counts.slice(first, last + 1)))
