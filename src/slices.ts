/**
 * Long work on the server's one thread, written as a generator that pauses every few dozen of its steps. The pauses carry nothing, so
 * that the result cannot depend on them.
 */
export type Slices<Result> = Generator<undefined, Result>

/** Steps between two pauses, where a step is one resource or sentence. */
export const SLICE = 32

export const inOneGo = <Result>(work: Slices<Result>): Result => {
  let step = work.next()
  while (!step.done) step = work.next()
  return step.value
}

/** How long the thread is held before others have their turn: small work never waits. */
const HOLD_MS = 8

/** With a turn of the event loop whenever the work has held it for some milliseconds: other calls are answered in between. */
export const inTurns = async <Result>(work: Slices<Result>): Promise<Result> => {
  let since = performance.now()
  let step = work.next()
  while (!step.done) {
    if (performance.now() - since >= HOLD_MS) {
      await new Promise<void>((resolve) => setImmediate(resolve))
      since = performance.now()
    }
    step = work.next()
  }
  return step.value
}
