import { createHash } from 'node:crypto'
import NodeCache from 'node-cache'
import type { Config } from '../config.ts'
import { AttuneError } from '../errors.ts'
import { openRedis } from './redis.ts'

/** Remembers used tokens until they expire. */
export type ReplayGuard = {
  /** True exactly once for a token id; `until` in seconds since 1970. @throws AttuneError `overloaded` when it cannot tell and may not guess */
  claim(issuer: string, jti: string, until: number): Promise<boolean>
  /** False while the shared store is out of reach and this process remembers alone. */
  isShared(): boolean
  close(): Promise<void>
}

const MAX_REMEMBERED = 500_000

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
  const { ask, isShared, turn, close } = openRedis(url, 'replay store', onTrouble)
  const memory = makeMemoryReplayGuard()
  return {
    async claim(issuer, jti, until) {
      if (!(await memory.claim(issuer, jti, until))) return false
      try {
        const name = `attune:jti:${nameOf(issuer, jti)}`
        const claimed = (await ask((redis) => redis.set(name, '1', 'PX', secondsLeft(until) * 1000, 'NX'))) === 'OK'
        turn(true, 'ready')
        return claimed
      } catch (cause) {
        turn(false, 'no answer')
        if (without === 'refuse') throw away(cause)
        return true
      }
    },
    isShared,
    async close() {
      close()
      await memory.close()
    },
  }
}

export const makeReplayGuard = (
  { redisUrl, replayWithoutRedis }: Pick<Config, 'redisUrl' | 'replayWithoutRedis'>,
  onTrouble: (detail: string) => void,
): ReplayGuard => (redisUrl === null ? makeMemoryReplayGuard() : makeRedisReplayGuard(redisUrl, onTrouble, replayWithoutRedis))
