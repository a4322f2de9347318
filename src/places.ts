/**
 * What is under way: things that come and go all the time, each in a place that is used again. A Set or a Map makes its table anew every few
 * of them, and an old table refers to the next one: once V8 has moved one into the old generation of its heap, it keeps all later
 * ones, and with them what lay in them, until the whole heap is collected.
 */
export type Places<T> = {
  /** @returns the place, for `leave` */
  take(thing: T): number
  /** What was there; undefined where nothing is. */
  leave(place: number): T | undefined
  /** In no order. */
  all(): readonly T[]
}

export const makePlaces = <T extends object>(): Places<T> => {
  const things: (T | undefined)[] = []
  const free: number[] = []
  return {
    take(thing) {
      const place = free.pop() ?? things.length
      things[place] = thing
      return place
    },
    leave(place) {
      const thing = things[place]
      if (thing === undefined) return undefined
      things[place] = undefined
      free.push(place)
      return thing
    },
    all: () => things.filter((thing) => thing !== undefined),
  }
}
