import { AttuneError } from '../../errors.ts'

/**
 * ONNX Runtime computes on the thread that asks and cannot be interrupted: while a run lasts, that thread answers nobody. Runs take
 * fractions of a millisecond, so one that takes this long (milliseconds) is the graph's doing, on a busy machine too.
 */
export const LONGEST_MS = 1000
/** Rows to which that applies; more may take longer in proportion. */
const ROWS = 64
/** Slow runs one after the other after which a graph is run no more in this process: one alone may be the machine's doing. */
const IN_A_ROW = 3

/** How long the runs of one graph took, since the start. */
export type Pace = {
  /** Runs that took longer than they may. */
  readonly slow: number
  readonly longestMs: number
  /** Why the graph is run no more; null while it is. */
  readonly stopped: string | null
}

export type PaceKeeper = {
  state(): Pace
  /** Notes a run that has ended. */
  note(ms: number, rows: number): void
  /** @throws AttuneError `model-failed` once the graph is stopped */
  check(): void
}

/** @param name of the graph, for messages */
export const makePace = (name: string): PaceKeeper => {
  let slow = 0
  let inARow = 0
  let longestMs = 0
  let stopped: string | null = null
  return {
    state: () => ({ slow, longestMs, stopped }),
    note: (ms, rows) => {
      longestMs = Math.max(longestMs, ms)
      if (ms <= LONGEST_MS * Math.max(1, rows / ROWS)) {
        inARow = 0
        return
      }
      slow += 1
      inARow += 1
      if (inARow >= IN_A_ROW)
        stopped ??= `too slow: ${IN_A_ROW} runs in a row took longer than ${LONGEST_MS} ms, the last ${Math.round(ms)} ms; it is run no more until the next start`
    },
    check: () => {
      if (stopped !== null) throw new AttuneError('model-failed', `${name}: ${stopped}`)
    },
  }
}
