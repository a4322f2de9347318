import type { Lane } from './items.ts'
import type { Group } from './texts.ts'

/** At most so many lanes of a group to begin with; all can be chosen. */
const FIRST: { readonly [group in Group]: number } = {
  medicines: 40,
  genetics: 1,
  labs: 5,
  vitals: 3,
  events: 4,
  imaging: 1,
  devices: 3,
  risks: 2,
}

/** Lanes to begin with: of laboratory, vital signs and estimates those that decided something, else those with most entries. */
export const firstChoice = (lanes: readonly Lane[]): ReadonlySet<string> => {
  const ids = Object.keys(FIRST).flatMap((group) => {
    const own = lanes.filter((lane) => lane.group === group)
    const relevant = own.filter((lane) => lane.relevant)
    const some = relevant.length > 0 ? relevant : own.toSorted((a, b) => b.items.length - a.items.length)
    return some.slice(0, FIRST[group as Group]).map(({ id }) => id) // keys of the table
  })
  return new Set(ids)
}
