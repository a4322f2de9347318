import { aggregate, type Point } from '../../../src/risk/aggregate.ts'
import type { Feature, Parameter, Plan } from './parameters.ts'
import type { Stay } from './read-stays.ts'

/** How many values each parameter had, and how many were repaired, dropped or later than the window. */
export type Cleaning = Map<string, { read: number; repaired: number; dropped: number; late: number }>

const repairedValue = ({ repair = [] }: Parameter, value: number): number | null => {
  const rule = repair.find(({ low, high }) => value >= low && value <= high)
  return rule ? value * rule.factor + (rule.offset ?? 0) : null
}

const cleanSeries = (parameter: Parameter, stay: Stay, until: number, cleaning: Cleaning): Point[] => {
  const count = cleaning.get(parameter.id) ?? { read: 0, repaired: 0, dropped: 0, late: 0 }
  cleaning.set(parameter.id, count)
  const [low, high] = parameter.keep
  const points: Point[] = []
  for (const { minute, value } of parameter.from.flatMap((name) => stay.series.get(name) ?? [])) {
    count.read += 1
    const hour = minute / 60
    const repaired = repairedValue(parameter, value)
    const used = repaired ?? value
    if (hour < 0 || hour >= until) count.late += 1
    else if (used < low || used > high) count.dropped += 1
    else {
      if (repaired !== null) count.repaired += 1
      points.push({ hour, value: used })
    }
  }
  return points.sort((a, b) => a.hour - b.hour)
}

/** Feature values of one stay, in the order of the plan; null where nothing was measured. */
export const makeFeatures = (plan: Plan, stay: Stay, cleaning: Cleaning): (number | null)[] => {
  const series = new Map(plan.parameters.map((one) => [one.id, cleanSeries(one, stay, plan.until, cleaning)]))
  return plan.features.map(({ parameter, aggregate: kind, from, to }: Feature) => aggregate(series.get(parameter.id) ?? [], kind, from, to))
}
