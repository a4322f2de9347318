import { createHash } from 'node:crypto'
import type { Config } from '../config.ts'
import { makeMemoryPaces, type Pace, REDIS_TAKE } from './pace.ts'
import { openRedis } from './redis.ts'

/** Counts what comes in, by name. */
export type Hits = {
  /** Counts one more in a window that begins with the first hit; how many there were in it, this one included. Never throws. */
  count(name: string, windowMs: number): Promise<number>
  /** Takes one of what comes back steadily. 0: it was there; else nothing is taken, and so many milliseconds later there is one. Never throws. */
  take(name: string, pace: Pace): Promise<number>
  /** False while this process counts alone. */
  isShared(): boolean
  close(): void
}

/** Names in one process: addresses of callers are many, and strangers choose them. */
const MOST_NAMES = 100_000

/** For one process. The oldest name is forgotten when there are too many. */
export const makeMemoryHits = (): Hits => {
  const paces = makeMemoryPaces(MOST_NAMES)
  const windows = new Map<string, { hits: number; readonly until: number }>()
  const forgetOne = () => {
    const oldest = windows.keys().next()
    if (windows.size >= MOST_NAMES && !oldest.done) windows.delete(oldest.value)
  }
  return {
    async count(name, windowMs) {
      const now = performance.now()
      const there = windows.get(name)
      if (there && now < there.until) {
        there.hits += 1
        return there.hits
      }
      windows.delete(name) // so that a new window stands at the end of the order
      forgetOne()
      windows.set(name, { hits: 1, until: now + windowMs })
      return 1
    },
    take: async (name, pace) => paces.take(name, pace),
    isShared: () => false,
    close() {
      windows.clear()
      paces.clear()
    },
  }
}

/** One step in Redis, so that no process can die between counting and setting the end of the window. */
const COUNT = `local hits = redis.call('INCR', KEYS[1])
if hits == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return hits`

/** After a failure Redis is left alone for so long: a call must not wait for it at every limit. */
const REST_MS = 1000

/** Names hold addresses of callers: Redis gets a digest. */
const keyOf = (kind: 'hits' | 'pace', name: string): string => `attune:${kind}:${createHash('sha256').update(name).digest('base64url')}`

/** For several processes: Redis counts for all of them. While it does not answer, each counts for itself, from what it has counted so far. */
export const makeRedisHits = (url: string, onTrouble: (detail: string) => void): Hits => {
  const { ask, isShared, turn, close } = openRedis(url, 'counts of limits', onTrouble)
  const alone = makeMemoryHits()
  let restsUntil = 0
  const askOr = async (own: number, script: string, key: string, ...args: readonly number[]): Promise<number> => {
    if (performance.now() < restsUntil) return own
    try {
      const answer = Number(await ask((redis) => redis.eval(script, 1, key, ...args)))
      turn(true, 'ready')
      return answer
    } catch {
      turn(false, 'no answer')
      restsUntil = performance.now() + REST_MS
      return own
    }
  }
  return {
    count: async (name, windowMs) => askOr(await alone.count(name, windowMs), COUNT, keyOf('hits', name), windowMs),
    take: async (name, pace) => askOr(await alone.take(name, pace), REDIS_TAKE, keyOf('pace', name), pace.everyMs, pace.burst),
    isShared,
    close() {
      close()
      alone.close()
    },
  }
}

export const makeHits = ({ redisUrl }: Pick<Config, 'redisUrl'>, onTrouble: (detail: string) => void): Hits =>
  redisUrl === null ? makeMemoryHits() : makeRedisHits(redisUrl, onTrouble)
