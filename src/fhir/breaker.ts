/** Calls in a row without any answer, after which a server is left alone for a while. */
const FAILURES_TO_OPEN = 5
const REST_MS = 10_000

type State = { failures: number; restsUntil: number; trying: boolean }

/** Spares callers the wait for a FHIR server that does not answer: they are told at once, and one call in ten seconds tries again. */
export type Breaker = {
  mayTry(base: string): boolean
  /** The server answered something, to whichever call. */
  hear(base: string): void
  /**
   * How a call that tried went: whether the server answered anything at all; null when nothing was asked. A call begun at `since` that
   * got no answer while others did was late in our own queue: that says nothing against the server.
   */
  report(base: string, answered: boolean | null, since?: number): void
  /** Servers left alone at present. */
  resting(): number
  isResting(base: string): boolean
}

export const makeBreaker = (now: () => number = () => performance.now()): Breaker => {
  const states = new Map<string, State>()
  const rests = ({ failures }: State): boolean => failures >= FAILURES_TO_OPEN
  const heardAt = new Map<string, number>()
  return {
    mayTry(base) {
      const state = states.get(base)
      if (!state || !rests(state)) return true
      if (state.trying || now() < state.restsUntil) return false
      state.trying = true
      return true
    },
    hear: (base) => void heardAt.set(base, now()),
    report(base, answered, since = Number.POSITIVE_INFINITY) {
      const state = states.get(base)
      if (answered === null || (!answered && (heardAt.get(base) ?? Number.NEGATIVE_INFINITY) >= since)) {
        if (state) state.trying = false
        return
      }
      if (answered) return void states.delete(base)
      const failures = (state?.failures ?? 0) + 1
      states.set(base, { failures, restsUntil: now() + REST_MS, trying: false })
    },
    resting: () => Array.from(states.values()).filter(rests).length,
    isResting(base) {
      const state = states.get(base)
      return state !== undefined && rests(state)
    },
  }
}
