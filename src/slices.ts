/**
 * Long work on the server's one thread, written as a generator that pauses every few dozen of its steps. The pauses carry nothing, so
 * that the result cannot depend on them.
 */
export type Slices<Result> = Generator<undefined, Result>

/** Steps between two pauses, where a step is one resource or sentence. */
export const SLICE = 32

/** What a step gives for each of many, in their order. */
export function* flatMapInSlices<T, R>(all: Iterable<T>, step: (one: T) => readonly R[]): Slices<R[]> {
  const found: R[] = []
  let steps = 0
  for (const one of all) {
    if (++steps % SLICE === 0) yield
    for (const each of step(one)) found.push(each)
  }
  return found
}

export const inOneGo = <Result>(work: Slices<Result>): Result => {
  let step = work.next()
  while (!step.done) step = work.next()
  return step.value
}

/** How long the thread is held before others have their turn: small work never waits. */
const HOLD_MS = 8

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/**
 * With a turn of the event loop whenever the work has held it for some milliseconds, also at its end: other calls are answered in between,
 * and the work that follows does not add to this.
 */
export const inTurns = async <Result>(work: Slices<Result>): Promise<Result> => {
  let since = performance.now()
  for (;;) {
    const step = work.next()
    if (performance.now() - since >= HOLD_MS) {
      await nextTurn()
      since = performance.now()
    }
    if (step.done) return step.value
  }
}

/** What an asynchronous step gives for each of many, in their order: a few dozen side by side, and a turn before the next. */
export const mapInTurns = async <T, R>(all: readonly T[], step: (one: T) => Promise<R>): Promise<R[]> => {
  const made: R[] = []
  for (let at = 0; at < all.length; at += SLICE) {
    if (at > 0) await nextTurn()
    made.push(...(await Promise.all(all.slice(at, at + SLICE).map(step))))
  }
  return made
}
