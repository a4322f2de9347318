import type { Case, Contribution, Reasons } from '../basis.ts'
import { encodeRow } from '../encode.ts'
import type { Values } from '../model-folder.ts'
import { shapley } from './shapley.ts'

/** Up to this many changed inputs all 2^n mixtures are run, and the shares are exact. */
const EXACT = 8
/** Orders beyond that, every second one the one before it backwards. */
const ORDERS = 32

type Inputs = readonly string[]

/** Inputs that the graph sees otherwise than the reference person's. */
const changedInputs = ({ columns, values, reference }: Case): Inputs => {
  const here = encodeRow(columns, values)
  const there = encodeRow(columns, reference)
  return [...new Set(columns.flatMap(({ input }, n) => (Object.is(here[n], there[n]) ? [] : [input])))]
}

/** The reference person with some inputs as the patient's. */
const mix = ({ values, reference }: Case, as: Inputs): Values => ({
  ...reference,
  ...Object.fromEntries(as.map((name) => [name, values[name] ?? null])),
})

const exact = async (one: Case, inputs: Inputs): Promise<readonly Contribution[]> => {
  const masks = Array.from({ length: 2 ** inputs.length }, (_, mask) => mask)
  const raw = await one.rawOf(
    masks.map((mask) =>
      mix(
        one,
        inputs.filter((_, n) => mask & (1 << n)),
      ),
    ),
  )
  const shares = shapley(raw, inputs.length)
  return inputs.map((input, n) => ({ input, contribution: shares[n] ?? Number.NaN }))
}

/** Always the same orders: a fixed linear congruential sequence (Numerical Recipes) drives a Fisher-Yates shuffle. */
const ordersOf = (inputs: Inputs): Inputs[] => {
  let state = 20_261_121
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  return Array.from({ length: ORDERS / 2 }, () => {
    const order = [...inputs]
    for (let n = order.length - 1; n > 0; n -= 1) {
      const other = next(n + 1)
      ;[order[n], order[other]] = [order[other] ?? '', order[n] ?? '']
    }
    return order
  }).flatMap((order) => [order, order.toReversed()])
}

/** Mean over some orders of what each input changes when it is set after those before it; each order alone adds up to the whole. */
const sampled = async (one: Case, inputs: Inputs): Promise<readonly Contribution[]> => {
  const orders = ordersOf(inputs)
  const steps = inputs.length + 1
  const raw = await one.rawOf(orders.flatMap((order) => Array.from({ length: steps }, (_, n) => mix(one, order.slice(0, n)))))
  const sums = new Map(inputs.map((input) => [input, 0]))
  orders.forEach((order, k) => {
    order.forEach((input, n) => {
      const change = (raw[k * steps + n + 1] ?? Number.NaN) - (raw[k * steps + n] ?? Number.NaN)
      sums.set(input, (sums.get(input) ?? 0) + change / orders.length)
    })
  })
  return [...sums].map(([input, contribution]) => ({ input, contribution }))
}

/**
 * Contributions of a graph whose inner form is not known, from what it gives when inputs are those of the reference person (Shapley
 * values of that replacement; exact for few inputs). Baseline and contributions add up to the number.
 */
export const replacementReasons = async (one: Case): Promise<Reasons> => {
  const inputs = changedInputs(one)
  const [baseline = Number.NaN] = await one.rawOf([one.reference])
  if (inputs.length === 0) return { baseline, contributions: [] }
  return { baseline, contributions: await (inputs.length <= EXACT ? exact : sampled)(one, inputs) }
}
