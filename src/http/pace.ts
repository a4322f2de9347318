/**
 * Limits that come back steadily, by the generic cell rate algorithm (ITU-T I.371): of a name one moment is kept, that in which all
 * it has taken will have come back. With a window it would get the whole of a minute again at its turn, and send it in one rush.
 */
export type Pace = {
  /** Milliseconds after which one more comes back. */
  readonly everyMs: number
  /** So many may be taken at once. */
  readonly burst: number
}

const MINUTE_MS = 60_000
/** What may come at once: what comes back in ten seconds, and of small limits a hundred or the whole: many sign, or open charts, in one moment. */
const BURST_SHARE = 1 / 6
const LEAST_BURST = 100

export const paceOf = (perMinute: number): Pace => ({
  everyMs: MINUTE_MS / perMinute,
  burst: Math.min(perMinute, Math.max(LEAST_BURST, Math.ceil(perMinute * BURST_SHARE))),
})

/** Sums of fractions of milliseconds are not exact: so much less than a whole call is one. */
const ROUNDING_MS = 0.001

/** For one process. The oldest name is forgotten when there are too many. */
export const makeMemoryPaces = (mostNames: number) => {
  const backAt = new Map<string, number>()
  const forgetOne = (): void => {
    const oldest = backAt.keys().next()
    if (backAt.size >= mostNames && !oldest.done) backAt.delete(oldest.value)
  }
  return {
    /** 0: taken; else milliseconds until one is there. */
    take(name: string, { everyMs, burst }: Pace): number {
      const now = performance.now()
      const next = Math.max(backAt.get(name) ?? 0, now) + everyMs
      const waitMs = next - now - burst * everyMs
      if (waitMs > ROUNDING_MS) return waitMs
      backAt.delete(name) // so that it stands at the end of the order
      forgetOne()
      backAt.set(name, next)
      return 0
    },
    clear: () => backAt.clear(),
  }
}

/**
 * The same as one step in Redis, by its clock, in milliseconds. A clock that is set back makes nobody wait for longer than one who has
 * just taken all. Text both ways, because Redis cuts fractions of numbers off.
 */
export const REDIS_TAKE = `local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local every, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local back = tonumber(redis.call('GET', KEYS[1]) or now)
local next = math.min(math.max(back, now), now + burst * every) + every
local wait = next - now - burst * every
if wait > ${ROUNDING_MS} then return string.format('%.3f', wait) end
redis.call('SET', KEYS[1], string.format('%.3f', next), 'PX', math.max(1, math.ceil(next - now)))
return '0'`
