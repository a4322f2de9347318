import { firstFrom, type Item, type Lane } from './items.ts'
import { DAY } from './place.ts'

export type Reading = {
  readonly onDay: readonly { readonly lane: Lane; readonly item: Item }[]
  readonly taken: readonly Item[]
  readonly last: readonly { readonly lane: Lane; readonly item: Item }[]
}

const covers = (item: Item, day: number): boolean => item.from < day + DAY && item.to >= day

/** Taken on that day: between its ends. A bar whose end is not recorded covers nothing past its start, so it is not claimed. */
const takenOn = ({ items }: Lane, day: number): readonly Item[] => items.filter((item) => item.bar?.look === 'taken' && covers(item, day))

const lastBy = ({ items }: Lane, day: number): Item | undefined => items[firstFrom(items, day + DAY) - 1]

/** What all lanes say of one day. */
export const readAt = (lanes: readonly Lane[], day: number): Reading => ({
  onDay: lanes
    .filter(({ kind }) => kind !== 'bars')
    .flatMap((lane) => {
      const items =
        lane.kind === 'values'
          ? lane.items.slice(firstFrom(lane.items, day), firstFrom(lane.items, day + DAY))
          : lane.items.filter((item) => covers(item, day))
      return items.slice(0, 3).map((item) => ({ lane, item }))
    }),
  taken: lanes.filter(({ kind }) => kind === 'bars').flatMap((lane) => takenOn(lane, day)),
  last: lanes
    .filter(({ kind }) => kind === 'values')
    .flatMap((lane) => {
      const item = lastBy(lane, day)
      return item && item.from < day ? [{ lane, item }] : []
    }),
})
