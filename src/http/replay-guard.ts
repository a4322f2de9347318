import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import NodeCache from 'node-cache'
import type { Config } from '../config.ts'
import { AttuneError } from '../errors.ts'

/** Remembers used tokens until they expire. */
export type ReplayGuard = {
  /** True exactly once for a token id; `until` in seconds since 1970. @throws AttuneError `overloaded` when it cannot tell and may not guess */
  claim(issuer: string, jti: string, until: number): Promise<boolean>
  /** False while the shared store is out of reach and this process remembers alone. */
  isShared(): boolean
  close(): Promise<void>
}

/** Loaded only where Redis is configured: it costs every other start time and memory. */
const loadRedis = (): typeof import('ioredis') => createRequire(import.meta.url)('ioredis')

const MAX_REMEMBERED = 500_000
const REDIS_DEADLINE_MS = 250

const secondsLeft = (until: number): number => Math.max(1, Math.ceil(until - Date.now() / 1000))

const nameOf = (issuer: string, jti: string): string => createHash('sha256').update(issuer).update('\0').update(jti).digest('base64url')

/** For one process. A full memory refuses: better one call lost than one token used twice. */
export const makeMemoryReplayGuard = (): ReplayGuard => {
  const used = new NodeCache({ useClones: false, checkperiod: 60, maxKeys: MAX_REMEMBERED })
  return {
    async claim(issuer, jti, until) {
      const name = nameOf(issuer, jti)
      if (used.has(name)) return false
      try {
        return used.set(name, true, secondsLeft(until))
      } catch {
        return false
      }
    },
    isShared: () => false,
    async close() {
      used.close()
    },
  }
}

/** What happens while Redis does not answer. */
export type WithoutRedis = Config['replayWithoutRedis']

const away = (cause: unknown): AttuneError =>
  new AttuneError('overloaded', 'the replay store gives no answer and the site refuses calls without it', { cause })

/**
 * For several processes: SET NX in Redis decides. While Redis does not answer, either each process remembers for itself, so that
 * prescribers keep their warnings (a token then passes at most once in each process), or calls are refused. `isShared` and the log say so.
 */
export const makeRedisReplayGuard = (
  url: string,
  onTrouble: (detail: string) => void,
  without: WithoutRedis = 'each-process',
): ReplayGuard => {
  const { Redis } = loadRedis()
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: REDIS_DEADLINE_MS,
    connectTimeout: 2000,
    retryStrategy: (times) => Math.min(times * 200, 5000),
  })
  const memory = makeMemoryReplayGuard()
  let shared = false
  const turn = (to: boolean, detail: string) => {
    if (shared && !to) onTrouble(detail)
    shared = to
  }
  redis.on('ready', () => turn(true, 'ready'))
  redis.on('error', (error: NodeJS.ErrnoException) => turn(false, `replay store: ${error.code ?? error.name}`))
  redis.on('close', () => turn(false, 'replay store: connection closed'))
  return {
    async claim(issuer, jti, until) {
      if (!(await memory.claim(issuer, jti, until))) return false
      try {
        const name = `attune:jti:${nameOf(issuer, jti)}`
        const claimed = (await redis.set(name, '1', 'PX', secondsLeft(until) * 1000, 'NX')) === 'OK'
        shared = true
        return claimed
      } catch (cause) {
        turn(false, 'replay store: no answer')
        if (without === 'refuse') throw away(cause)
        return true
      }
    },
    isShared: () => shared,
    async close() {
      redis.disconnect()
      await memory.close()
    },
  }
}

export const makeReplayGuard = (
  { redisUrl, replayWithoutRedis }: Pick<Config, 'redisUrl' | 'replayWithoutRedis'>,
  onTrouble: (detail: string) => void,
): ReplayGuard => (redisUrl === null ? makeMemoryReplayGuard() : makeRedisReplayGuard(redisUrl, onTrouble, replayWithoutRedis))
