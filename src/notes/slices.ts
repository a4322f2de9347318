/**
 * Long work on the server's one thread, written as a generator that pauses every few milliseconds' worth of work. The pauses carry nothing,
 * so that the result cannot depend on them.
 */
export type Slices<Result> = Generator<undefined, Result>

export const inOneGo = <Result>(work: Slices<Result>): Result => {
  let step = work.next()
  while (!step.done) step = work.next()
  return step.value
}

/** With a turn of the event loop after each slice: other calls are answered in between. */
export const inTurns = async <Result>(work: Slices<Result>): Promise<Result> => {
  let step = work.next()
  while (!step.done) {
    await new Promise<void>((resolve) => setImmediate(resolve))
    step = work.next()
  }
  return step.value
}
