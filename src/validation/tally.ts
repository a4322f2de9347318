import { LEVELS, type Scale } from './levels.ts'

/** People by level of their score and by outcome: all that a figure needs. Levels rise; an empty level is left out. */
export type Tally = {
  /** Probability or points that each level stands for. */
  readonly levels: Float64Array
  readonly events: Float64Array
  readonly others: Float64Array
}

/** Level key -> people without and with the event. */
export type Counts = Map<number, [others: number, events: number]>

/** Counts as files carry them: key, people without the event, people with it; keys rise. */
export type CountRow = readonly [key: number, others: number, events: number]

export const countOne = (counts: Counts, key: number, event: boolean, people = 1): void => {
  const cell = counts.get(key) ?? [0, 0]
  cell[event ? 1 : 0] += people
  counts.set(key, cell)
}

export const addCounts = (all: readonly Counts[]): Counts => {
  const sum: Counts = new Map()
  for (const counts of all)
    for (const [key, [others, events]] of counts) {
      countOne(sum, key, false, others)
      countOne(sum, key, true, events)
    }
  return sum
}

export const rowsOf = (counts: Counts): CountRow[] =>
  [...counts].map(([key, [others, events]]): CountRow => [key, others, events]).sort(([a], [b]) => a - b)

export const countsOf = (rows: readonly CountRow[]): Counts => new Map(rows.map(([key, others, events]) => [key, [others, events]]))

export const tallyOf = (scale: Scale, counts: Counts): Tally => {
  const rows = rowsOf(counts)
  return {
    levels: Float64Array.from(rows, ([key]) => LEVELS[scale].valueOf(key)),
    others: Float64Array.from(rows, ([, others]) => others),
    events: Float64Array.from(rows, ([, , events]) => events),
  }
}

const sum = (numbers: Float64Array): number => numbers.reduce((total, one) => total + one, 0)

export type Size = { readonly people: number; readonly events: number; readonly others: number }

export const sizeOf = ({ events, others }: Tally): Size => {
  const [e, o] = [sum(events), sum(others)]
  return { people: e + o, events: e, others: o }
}

/** Each level: what it stands for, people with the event, people without. */
export const eachLevel = ({ levels, events, others }: Tally, see: (level: number, events: number, others: number) => void): void => {
  for (let n = 0; n < levels.length; n += 1) see(levels[n] ?? 0, events[n] ?? 0, others[n] ?? 0)
}
