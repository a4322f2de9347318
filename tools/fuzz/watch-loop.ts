/**
 * Loaded into the server that is fuzzed, before anything else (`node --import`): answers the question "how long did the event loop stand
 * still since you were last asked, and what do you hold?" over the channel of the parent process. The server itself knows nothing of it.
 */
import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

export type Seen = {
  /**
   * Longest time that the event loop stood still, in ms; the timer's own 5 ms are taken off. Never more than what its thread computed
   * meanwhile (Linux): on a machine with other work a thread also stands still while it waits for a processor.
   */
  readonly stallMs: number
  readonly rss: number
  /** After a collection where node was started with --expose-gc and `collect` was asked for. */
  readonly heapUsed: number
  /** Keys that Object.prototype has gained. */
  readonly polluted: readonly string[]
}

const RESOLUTION_MS = 5
const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
loop.enable()

/** CPU time of the main thread so far, in ms; without end where the system does not tell. */
const computed = (): number => {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
let last = 0

process.on('message', (asked: { readonly collect?: boolean }) => {
  if (asked.collect) (globalThis as { gc?: () => void }).gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  const now = computed()
  const stallMs = Math.max(0, Math.min(loop.max / 1e6 - RESOLUTION_MS, Number.isFinite(now) ? now - last : now))
  last = now
  loop.reset()
  const seen: Seen = { stallMs, rss, heapUsed, polluted: Object.keys(Object.prototype) }
  process.send?.(seen)
})
process.channel?.unref()
