import type { ModelInput } from '../contract/risk.ts'
import type { Contribution } from './basis.ts'
import type { InputReading, InputReadings } from './input-reading.ts'

/** How reasons and missing inputs are told: several inputs that describe one quantity (`quantity`) make one line. */

type Line = { readonly label: string; readonly contribution: number }
type Told = { readonly contribution: number; readonly shown: ModelInput | undefined; readonly name: string }

const bySize = (a: { contribution: number }, b: { contribution: number }): number => Math.abs(b.contribution) - Math.abs(a.contribution)

const grouped = <T>(all: readonly T[], keyOf: (one: T) => string): T[][] => {
  const groups = new Map<string, T[]>()
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one])
  return [...groups.values()]
}

const labelOf = ({ name, shown }: Told): string => {
  const value = shown?.value === null || shown === undefined ? 'not known' : `${shown.value}${shown.unit ? ` ${shown.unit}` : ''}`
  return `${shown?.label ?? name}: ${value}`
}

const lineOf = (group: readonly Told[]): Line => {
  const [first, ...others] = [...group].sort(bySize)
  const label = first ? labelOf(first) : ''
  return {
    label: others.length > 0 ? `${label}, and ${others.length} more of ${first?.shown?.quantity ?? ''}` : label,
    contribution: group.reduce((sum, { contribution }) => sum + contribution, 0),
  }
}

/** One line per quantity, largest first. An input that does what the reference person's does has no part. */
export const tellReasons = (contributions: readonly Contribution[], readings: InputReadings): Line[] => {
  const told = contributions
    .filter(({ contribution }) => contribution !== 0)
    .map(({ input, contribution }): Told => ({ name: input, shown: readings.get(input)?.input, contribution }))
  return grouped(told, ({ name, shown }) => (shown?.quantity === undefined ? `input ${name}` : `quantity ${shown.quantity}`))
    .map(lineOf)
    .sort(bySize)
}

type Missing = { readonly name: string; readonly label: string; readonly effect: string }

/** What is not known and what the model did about it, once per quantity. */
export const tellMissing = (readings: readonly InputReading[]): Missing[] =>
  grouped(readings, ({ input }) => (input.quantity === undefined ? `input ${input.name}` : `quantity ${input.quantity}`)).flatMap(
    (group) => {
      const open = group.flatMap((reading) => (reading.state === 'default' ? [reading] : []))
      const [first] = open
      if (!first) return []
      const { name, label, quantity } = first.input
      if (quantity === undefined || group.length === 1) return [{ name, label, effect: first.effect }]
      return [
        {
          name: quantity,
          label: open.length === group.length ? quantity : `${quantity} (${open.length} of ${group.length} inputs)`,
          effect: first.effect,
        },
      ]
    },
  )
