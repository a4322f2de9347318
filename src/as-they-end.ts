import { setTimeout as after } from 'node:timers/promises'

/** Quiet after which what has come is worth showing, and how long a steady trickle may put that off. */
const QUIET_MS = 120
const LONGEST_MS = 500

export type Ended<T> = { readonly ended: T } | 'pause'

/** Results in the order in which they end; `pause` when some came, others are still open, and nothing more came for a moment. */
export async function* asTheyEnd<T>(promises: readonly Promise<T>[]): AsyncGenerator<Ended<T>> {
  const waiting = new Map(promises.map((promise, index) => [index, promise.then((value) => ({ index, value }))]))
  let since: number | null = null
  while (waiting.size > 0) {
    const left = since === null ? null : Math.min(QUIET_MS, Math.max(0, since + LONGEST_MS - performance.now()))
    const quiet = left === null ? [] : [after(left, null, { ref: false })]
    const next = await Promise.race([...waiting.values(), ...quiet])
    if (next === null) {
      since = null
      yield 'pause'
      continue
    }
    since ??= performance.now()
    waiting.delete(next.index)
    yield { ended: next.value }
  }
}
