import type { Action, Consequence, Finding } from '../contract/findings.ts'

const RANK: Readonly<Record<Consequence, number>> = {
  contraindicated: 0,
  avoid: 1,
  alternative: 2,
  dose: 3,
  caution: 4,
  monitor: 5,
  standard: 6,
  none: 7,
}

export const rankOf = (consequence: Consequence): number => RANK[consequence]

const AMOUNTS = new Set(['start', 'dose', 'maint', 'max', 'max-start', 'target', 'load'])

/** A dose that a row asks for: from, to, and what it is counted in. */
type Amount = { readonly low: number; readonly high: number; readonly of: string }

const NUMBER = /^(?:<=|<)?\s*(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?\s*(%|mg\/day)(.*)$/

/** `75%`, `30-80%`, `25-50% of lowest`, `<=20 mg/day`; a share of what is not itself a share is counted in that. */
const amountOf = (value: string | undefined): Amount | null => {
  if (value === 'lowest recommended') return { low: 100, high: 100, of: '% of lowest' }
  const [, low, high = low, unit, of] = NUMBER.exec(value ?? '') ?? []
  return low === undefined ? null : { low: Number(low), high: Number(high), of: `${unit}${of}` }
}

/** The doses of a row that hold without a condition, by what they are: start, maintenance, limit. Null: one of them is no number. */
const amountsOf = (actions: readonly Action[]): ReadonlyMap<string, Amount> | null => {
  const amounts = new Map<string, Amount>()
  for (const { code, value, condition } of actions) {
    if (condition || !AMOUNTS.has(code)) continue
    const amount = amountOf(value)
    if (!amount || amounts.has(code)) return null
    amounts.set(code, amount)
  }
  return amounts
}

/** The first dose of a row that holds without a condition, as its source writes it: `65%`. */
export const plainAmount = ({ actions }: Finding): string | null =>
  actions.find(({ code, value, condition }) => !condition && AMOUNTS.has(code) && amountOf(value) !== null)?.value ?? null

const isIncrease = ({ high, of }: Amount): boolean => of.startsWith('%') && high > 100

/** Whether the first asks for a deeper reduction than the second, in every dose that both name. Increases are never weighed by their number. */
const reducesMore = (one: Finding, other: Finding): boolean => {
  const [own, others] = [amountsOf(one.actions), amountsOf(other.actions)]
  if (own === null || others === null || others.size === 0) return false
  if ([...own.values(), ...others.values()].some(isIncrease)) return false
  let lower = false
  for (const [code, than] of others) {
    const amount = own.get(code)
    if (!amount || amount.of !== than.of || amount.low > than.low || amount.high > than.high) return false
    if (amount.low < than.low || amount.high < than.high) lower = true
  }
  return lower
}

/**
 * Whether the first finding asks for something graver than the second: by consequence, and among doses by the deeper reduction.
 * A partial order: between an increase and a reduction, or doses of different kinds, neither is the graver.
 */
export const isMoreSerious = (one: Finding, other: Finding): boolean =>
  RANK[one.consequence] === RANK[other.consequence]
    ? one.consequence === 'dose' && reducesMore(one, other)
    : RANK[one.consequence] < RANK[other.consequence]

/** The first finding than which none is graver. */
export const mostSerious = (findings: readonly Finding[]): Finding | undefined =>
  findings.find((one) => !findings.some((other) => isMoreSerious(other, one)))
