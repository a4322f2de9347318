import type { MomentAnswer, MomentNumber } from '../../contract/moments.ts'
import type { RiskEstimate } from '../../contract/risk.ts'
import { type Asked, readAsked } from './ask.ts'
import { dailySum } from './daily-sum.ts'
import type { MomentRow, MomentSum } from './moment-rows.ts'
import type { Situation, Subject } from './situation.ts'

type Found = MomentAnswer['found'][number]

/** Numbers of one row, each computed when first asked for. */
export type Numbers = {
  number(name: string): Promise<Asked>
  /** All that were asked for, in the order of the row. */
  all(): Promise<readonly Asked[]>
  /** What sums were made of. */
  readonly found: readonly Found[]
}

export const isNumber = (asked: Asked): asked is Extract<Asked, { state: 'number' }> => asked.state === 'number'

/** The sum as a number of the row. Where a member could not be counted it is at least so much, and below a threshold not known. */
const readSum = (sum: MomentSum, situation: Situation, found: Found[]): Asked => {
  const { value, open, words, facts } = dailySum(situation, sum)
  const { name } = sum
  if (words === '') return { name, state: 'none', because: `Not counted: ${open.join('; ')}.`, applies: open.length > 0, estimate: null }
  found.push({ words: `counted: ${words}`, facts })
  const by = open.length === 0 ? sum.source.label : `${sum.source.label}; not counted: ${open.join('; ')}`
  const says = open.length === 0 ? sum.says : `${sum.says}, at least`
  const number = { name, says, value, unit: sum.unit, by }
  return { name, state: 'number', number, fits: true, bandId: null, partial: open.length > 0, estimate: null }
}

export const openNumbers = (row: MomentRow, situation: Situation): Numbers => {
  const made = new Map<string, Promise<Asked>>()
  const found: Found[] = []
  const { asks, sums = [] } = row
  const compute = async (name: string): Promise<Asked> => {
    const sum = sums.find((one) => one.name === name)
    if (sum) return readSum(sum, situation, found)
    const ask = asks.find((one) => one.name === name)
    if (!ask) return { name, state: 'none', because: `${name} is not asked for.`, applies: false, estimate: null }
    return readAsked(ask, await situation.estimate(ask.model, ask.question), situation.models)
  }
  return {
    found,
    number: (name) => {
      const known = made.get(name) ?? compute(name)
      made.set(name, known)
      return known
    },
    all: () => Promise.all([...asks, ...sums].flatMap(({ name }) => made.get(name) ?? [])),
  }
}

export const estimatesIn = (asked: readonly Asked[]): RiskEstimate[] => [
  ...new Set(asked.flatMap(({ estimate }) => (estimate === null ? [] : [estimate]))),
]

/** Refused numbers that the row needs; one that is only asked for under a condition is no loss. */
export const lackingIn = ({ asks }: MomentRow, asked: readonly Asked[]): RiskEstimate[] => {
  const needed = new Set(asks.filter((ask) => ask.if === undefined).map(({ name }) => name))
  return estimatesIn(asked.filter((one) => one.state === 'none' && one.applies && needed.has(one.name)))
}

const DAYS: Readonly<Record<string, number>> = { 'mg/wk': 7, 'mg/d': 1 }
const WORDS: Readonly<Record<string, string>> = { 'mg/wk': 'mg/week', 'mg/d': 'mg/day' }

/** The ordered dose in the unit of an estimated one, so that the two can be held against each other. */
export const orderedDose = (numbers: readonly MomentNumber[], subject: Subject, { held }: Situation): Found[] => {
  const order = subject && held.find(({ ref }) => ref === subject.ref)
  const unit = numbers.map((one) => one.unit).find((one) => DAYS[one] !== undefined)
  const daily = order?.dose.mgPerDay ?? null
  if (!order || unit === undefined || daily === null) return []
  return [{ words: `Ordered: ${Number((daily * (DAYS[unit] ?? 1)).toPrecision(3))} ${WORDS[unit]}`, facts: [order.lineage] }]
}
