/** Who is next at one server when more reads wait than it has connections. A call is known by the signal that ends it. */
export type CallTurns = {
  /** True once the read may go; false when its call ended first. Who was let through must `leave`. */
  take(call: AbortSignal): Promise<boolean>
  leave(): void
}

/** The reads of one call that wait. */
type Waiting = { readonly call: AbortSignal; readonly since: number; readonly reads: (() => void)[] }

/** Share of its time that a call waits for its turn in the order of arrival. */
const PATIENCE = 0.75

/**
 * Turns by call, not by read: half an answer helps nobody, and a read that is cut off costs a connection.
 *
 * - A call that has begun goes on before another begins, for as long as the time of one call.
 * - Of those that have not begun the first goes first, until it has waited for most of its time. From then on not all can be served, and
 *   the last goes first: served in order, each would begin when its time is nearly over, and none would end ("adaptive LIFO": Maurer,
 *   Fail at Scale, ACM Queue 13(8), 2015).
 *
 * @param callMs time of one call, in milliseconds
 */
export const makeCallTurns = (connections: number, callMs: number, now: () => number = () => performance.now()): CallTurns => {
  const begun = new WeakMap<AbortSignal, number>()
  let waiting: readonly Waiting[] = []
  let free = connections

  const isUnderWay = (call: AbortSignal, at: number): boolean => at - (begun.get(call) ?? Number.NEGATIVE_INFINITY) < callMs
  const begin = (call: AbortSignal): void => {
    if (!isUnderWay(call, now())) begun.set(call, now())
  }
  const next = (): Waiting | undefined => {
    const at = now()
    const [first] = waiting
    const mayWait = first !== undefined && at - first.since < PATIENCE * callMs
    return waiting.find(({ call }) => isUnderWay(call, at)) ?? (mayWait ? first : waiting.at(-1))
  }
  const forget = (call: AbortSignal): void => {
    waiting = waiting.filter((one) => one.call !== call)
  }

  const wait = (call: AbortSignal): Promise<boolean> =>
    new Promise((resolve) => {
      const end = () => {
        forget(call)
        resolve(false)
      }
      const go = () => {
        call.removeEventListener('abort', end)
        resolve(true)
      }
      call.addEventListener('abort', end, { once: true })
      const here = waiting.find((one) => one.call === call)
      if (here) here.reads.push(go)
      else waiting = [...waiting, { call, since: now(), reads: [go] }]
    })

  return {
    async take(call) {
      if (call.aborted) return false
      if (free === 0) return wait(call)
      free -= 1
      begin(call)
      return true
    },
    leave() {
      const one = next()
      const go = one?.reads.shift()
      if (!one || !go) {
        free += 1
        return
      }
      if (one.reads.length === 0) forget(one.call)
      begin(one.call)
      go()
    },
  }
}
