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

/** Tokens; 85 MB of heap. */
const MOST_REMEMBERED = 500_000

const secondsLeft = (until: number): number => Math.max(1, Math.ceil(until - Date.now() / 1000))

const nameOf = (issuer: string, jti: string): string => createHash('sha256').update(issuer).update('\0').update(jti).digest('base64url')

const isFull = (): AttuneError =>
  new AttuneError('overloaded', 'so many used tokens are remembered that there is no room for another: ask for tokens of a shorter life')

const countOf = (names: NodeCache): number => names.getStats().keys

/** For one process. A full memory refuses: better one call lost than one token used twice. One issuer takes half of it at most. */
export const makeMemoryReplayGuard = (most = MOST_REMEMBERED): ReplayGuard => {
  const byIssuer = new Map<string, NodeCache>() // registered issuers only: their signatures held
  const usedOf = (issuer: string): NodeCache => {
    const there = byIssuer.get(issuer) ?? new NodeCache({ useClones: false, checkperiod: 60 })
    byIssuer.set(issuer, there)
    return there
  }
  const hasRoom = (own: NodeCache): boolean =>
    countOf(own) < most / 2 && [...byIssuer.values()].reduce((sum, names) => sum + countOf(names), 0) < most
  return {
    async claim(issuer, jti, until) {
      const used = usedOf(issuer)
      const name = nameOf(issuer, jti)
      if (used.has(name)) return false
      if (!hasRoom(used)) throw isFull()
      return used.set(name, true, secondsLeft(until))
    },
    isShared: () => false,
    async close() {
      for (const names of byIssuer.values()) names.close()
    },
  }
}

/** What happens while Redis does not answer. */
export type WithoutRedis = Config['replayWithoutRedis']

const away = (cause: unknown): AttuneError =>
  new AttuneError('overloaded', 'the replay store gives no answer and the site refuses calls without it', { cause })

/**
 * For several processes: SET NX in Redis decides. While Redis does not answer, either each process remembers for itself, so that
 * prescribers keep their warnings (a token then passes at most once in each process), or calls are refused. `isShared` and the log say
 * so. One call waits to find out; those after it tell Redis without waiting, until it answers in time again.
 */
export const makeRedisReplayGuard = (
  url: string,
  onTrouble: (detail: string) => void,
  without: WithoutRedis = 'each-process',
  most = MOST_REMEMBERED,
): ReplayGuard => {
  const { ask, isShared, turn, close } = openRedis(url, 'replay store', onTrouble)
  const memory = makeMemoryReplayGuard(most)
  const claimShared = async (name: string, until: number): Promise<boolean> => {
    const answer = await ask((redis) => redis.set(name, '1', 'PX', secondsLeft(until) * 1000, 'NX'))
    turn(true, 'ready')
    return answer === 'OK'
  }
  return {
    async claim(issuer, jti, until) {
      const here = await memory.claim(issuer, jti, until).catch(() => null) // full: Redis alone knows
      if (here === false) return false
      const mayPass = here === true && without === 'each-process'
      const alone = mayPass && !isShared()
      const shared = claimShared(`attune:jti:${nameOf(issuer, jti)}`, until).catch((cause: unknown) => {
        turn(false, 'no answer')
        if (!mayPass) throw away(cause)
        return true
      })
      return alone || shared
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
