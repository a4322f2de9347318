/** Failures in a row after which the server is left alone for a while. */
const FAILURES_TO_OPEN = 5
const REST_MS = 10_000

/** Spares callers the wait for a server that does not answer: they are told at once, and one call in ten seconds tries again. */
export type Breaker = {
  mayTry(): boolean
  /** How a call that was let through ended. */
  report(answered: boolean): void
  resting(): boolean
}

export const makeBreaker = (now: () => number): Breaker => {
  let failures = 0
  let restsUntil = Number.NEGATIVE_INFINITY
  let trying = false
  const open = () => failures >= FAILURES_TO_OPEN
  return {
    mayTry() {
      if (!open()) return true
      if (trying || now() < restsUntil) return false
      trying = true
      return true
    },
    report(answered) {
      trying = false
      failures = answered ? 0 : failures + 1
      restsUntil = now() + REST_MS
    },
    resting: open,
  }
}
