/** k! (n-k-1)! / n!, the share of orders in which exactly these k others come before. */
const weight = (before: number, all: number): number => {
  let ways = all
  for (let i = 1; i <= before; i += 1) ways = (ways * (all - i)) / i
  return 1 / ways
}

const bits = (mask: number): number => (mask === 0 ? 0 : (mask & 1) + bits(mask >> 1))

/**
 * What each of `all` members adds, as its mean effect over all orders in which they can come (Shapley).
 * `ofSets` is the number for every set of members: bit n of its place says whether member n is in the set.
 */
export const shapley = (ofSets: ArrayLike<number>, all: number): number[] =>
  Array.from({ length: all }, (_, n) => {
    let share = 0
    for (let mask = 0; mask < 2 ** all; mask += 1) {
      if (mask & (1 << n)) continue
      share += weight(bits(mask), all) * ((ofSets[mask | (1 << n)] ?? Number.NaN) - (ofSets[mask] ?? Number.NaN))
    }
    return share
  })
