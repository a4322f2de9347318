import { type Forest, type Row, startsOf } from './forest.ts'

/**
 * Path-dependent TreeSHAP (Lundberg et al. 2018, arXiv:1802.03888; 2020, Nat Mach Intell 2:56-67, algorithm 2): exact Shapley values
 * of the columns, where a column that is not known goes down both sides of a node in proportion to the training data there.
 *
 * Which columns a leaf depends on, and with what share of the data, does not hang on the row: it is worked out once for each leaf.
 * A row then only says which of these conditions it meets.
 */

/** What leads to one leaf, each column once. */
type Path = { readonly value: number; readonly steps: readonly Step[] }
/** The column is in [low, high), or missing and missing values come here. `share` of the data goes on where the column is not known. */
type Step = { readonly column: number; readonly low: number; readonly high: number; readonly missing: boolean; readonly share: number }

const narrow = (steps: readonly Step[], next: Step): Step[] => {
  const known = steps.find(({ column }) => column === next.column)
  if (!known) return [...steps, next]
  const both = {
    column: next.column,
    low: Math.max(known.low, next.low),
    high: Math.min(known.high, next.high),
    missing: known.missing && next.missing,
    share: known.share * next.share,
  }
  return steps.map((step) => (step === known ? both : step))
}

const pathsFrom = (forest: Forest, node: number, steps: readonly Step[]): Path[] => {
  const column = forest.column[node] ?? -1
  const limit = forest.limit[node] ?? Number.NaN
  if (column === -1) return [{ value: limit, steps }]
  const shareOf = (child: number) => (forest.cover[child] ?? Number.NaN) / (forest.cover[node] ?? Number.NaN)
  const right = forest.right[node] ?? -1
  const missing = forest.missingLeft[node] === 1
  const below = { column, low: Number.NEGATIVE_INFINITY, high: limit, missing, share: shareOf(node + 1) }
  const above = { column, low: limit, high: Number.POSITIVE_INFINITY, missing: !missing, share: shareOf(right) }
  return [...pathsFrom(forest, node + 1, narrow(steps, below)), ...pathsFrom(forest, right, narrow(steps, above))]
}

/** Each condition once, whichever and however many leaves ask it: a row is held against some hundreds, not against every step. */
const distinct = (steps: readonly Step[]) => {
  const places = new Map<string, number>()
  const found: Step[] = []
  const of = Int32Array.from(steps, (step) => {
    const key = `${step.column}/${step.low}/${step.high}/${step.missing}`
    const known = places.get(key)
    if (known !== undefined) return known
    places.set(key, found.length)
    return found.push(step) - 1
  })
  return { found, of }
}

/** The paths of all leaves behind each other. */
const flatten = (paths: readonly Path[]) => {
  const steps = paths.flatMap((path) => path.steps)
  const { found, of } = distinct(steps)
  return {
    starts: startsOf(paths.map((path) => path.steps.length)),
    value: Float64Array.from(paths, ({ value }) => value),
    /** Per step. */
    column: Int32Array.from(steps, ({ column }) => column),
    share: Float64Array.from(steps, ({ share }) => share),
    condition: of,
    conditions: found,
  }
}

/** Whether a row meets each condition. */
const meets = (conditions: readonly Step[]): ((row: Row) => Uint8Array) => {
  const column = Int32Array.from(conditions, (one) => one.column)
  const low = Float64Array.from(conditions, (one) => one.low)
  const high = Float64Array.from(conditions, (one) => one.high)
  const missing = Uint8Array.from(conditions, (one) => Number(one.missing))
  const met = new Uint8Array(conditions.length)
  return (row) => {
    for (let n = 0; n < met.length; n += 1) {
      const x = row[column[n] as number] as number
      const inside = x >= (low[n] as number) ? x < (high[n] as number) : missing[n] === 1 && Number.isNaN(x)
      met[n] = inside ? 1 : 0
    }
    return met
  }
}

export type Explained = {
  /** What the trees give when nothing is known: their mean over the training data. */
  readonly baseline: number
  /** Per column; with the baseline they add up to the sum of the leaves. */
  readonly contributions: Float64Array
}

/**
 * Makes the function that explains a row. Its time grows with leaves x (columns met on the way)².
 *
 * A path of d columns is a polynomial, the product of (share + t) over the columns that the row meets and of the share alone over the
 * others: the coefficient of t^k adds up the sets of k known columns. A column's Shapley value at the leaf is (met - share) x value x
 * the sum, over the polynomial without that column, of coefficient k times k!(d-1-k)!/d!, the part of all orders in which exactly these
 * k come before it. For a column that is not met this is the same number whichever it is.
 */
export const explainer = (forest: Forest, width: number): ((row: Row) => Explained) => {
  const paths = flatten([...forest.roots].flatMap((root) => pathsFrom(forest, root, [])))
  const { starts, value, column, share, condition, conditions } = paths
  const meet = meets(conditions)
  const leaves = value.length
  const deepest = starts.reduce((most, start, n) => Math.max(most, (starts[n + 1] ?? start) - start), 0)
  const orders = ordersUpTo(deepest)
  const met = new Int32Array(deepest)
  const missed = new Int32Array(deepest)
  const sets = new Float64Array(deepest + 1)
  const baseline = meanOf(paths)
  // Every index below is in range by the way the paths were laid out; a check for each would double the time.
  return (row) => {
    const contributions = new Float64Array(width)
    const fits = meet(row)
    for (let leaf = 0; leaf < leaves; leaf += 1) {
      const from = starts[leaf] as number
      const to = starts[leaf + 1] as number
      let weight = value[leaf] as number
      let many = 0
      let few = 0
      for (let at = from; at < to; at += 1) {
        if (fits[condition[at] as number] === 1) met[many++] = at
        else {
          missed[few++] = at
          weight *= share[at] as number
        }
      }
      const order = orders[to - from] as Float64Array
      expand(sets, met, many, share)
      for (let n = 0; n < many; n += 1) {
        const at = met[n] as number
        const rest = share[at] as number
        const to = column[at] as number
        contributions[to] = (contributions[to] as number) + (1 - rest) * weight * weightWithout(sets, many, rest, order)
      }
      if (few === 0) continue
      let sum = 0
      for (let k = 0; k <= many; k += 1) sum += (order[k] as number) * (sets[k] as number)
      for (let n = 0; n < few; n += 1) {
        const to = column[missed[n] as number] as number
        contributions[to] = (contributions[to] as number) - weight * sum
      }
    }
    return { baseline, contributions }
  }
}

/** Coefficients of the product of (share + t) over the met columns. */
const expand = (sets: Float64Array, met: Int32Array, many: number, share: Float64Array): void => {
  sets[0] = 1
  for (let n = 0; n < many; n += 1) {
    const rest = share[met[n] as number] as number
    sets[n + 1] = sets[n] as number
    for (let k = n; k > 0; k -= 1) sets[k] = rest * (sets[k] as number) + (sets[k - 1] as number)
    sets[0] = rest * (sets[0] as number)
  }
}

/** Weighted sum of the coefficients after one factor (share + t) is divided out, from the highest coefficient down. */
const weightWithout = (sets: Float64Array, size: number, share: number, order: Float64Array): number => {
  let sum = 0
  let coefficient = 0
  for (let k = size - 1; k >= 0; k -= 1) {
    coefficient = (sets[k + 1] as number) - share * coefficient
    sum += (order[k] as number) * coefficient
  }
  return sum
}

/** k!(d-1-k)!/d! for each d and k. */
const ordersUpTo = (deepest: number): Float64Array[] =>
  Array.from({ length: deepest + 1 }, (_, d) => {
    const weights = new Float64Array(d)
    let ways = d
    for (let k = 0; k < d; k += 1) {
      weights[k] = 1 / ways
      ways = (ways * (d - 1 - k)) / (k + 1)
    }
    return weights
  })

const meanOf = ({ starts, value, share }: ReturnType<typeof flatten>): number => {
  let mean = 0
  for (let leaf = 0; leaf < value.length; leaf += 1) {
    let reached = 1
    for (let at = starts[leaf] ?? 0; at < (starts[leaf + 1] ?? 0); at += 1) reached *= share[at] ?? 0
    mean += reached * (value[leaf] ?? 0)
  }
  return mean
}
