import { createHash, randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, test } from 'vitest'
import { makeMemoryReplayGuard, makeRedisReplayGuard, type ReplayGuard } from '../../src/http/replay-guard.ts'
import { isRedisHere } from './way-to-redis.ts'

const REDIS = 'redis://127.0.0.1:6379'

if (!isRedisHere) console.warn('NOT RUN: the shared replay guard, because no Redis answers at 127.0.0.1:6379')

const inSeconds = (seconds: number) => Date.now() / 1000 + seconds
const guards: ReplayGuard[] = []
const keep = (guard: ReplayGuard): ReplayGuard => {
  guards.push(guard)
  return guard
}
const untilShared = async (guard: ReplayGuard): Promise<void> => {
  for (let tries = 0; tries < 6000 && !guard.isShared(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(guard.isShared()).toBe(true)
}
const redisGuard = async (): Promise<ReplayGuard> => {
  const guard = keep(makeRedisReplayGuard(REDIS, () => undefined))
  await untilShared(guard)
  return guard
}
afterEach(async () => {
  for (const guard of guards.splice(0)) await guard.close()
})

/** The same promises on both sides of the wall. */
const SIDES: readonly (readonly [string, () => Promise<ReplayGuard>])[] = [
  ['memory', async () => keep(makeMemoryReplayGuard())],
  ...(isRedisHere ? ([['Redis', redisGuard]] as const) : []),
]

describe.each(SIDES)('in %s', (_name, open) => {
  test('a token passes once', async () => {
    const [guard, jti] = [await open(), randomUUID()]
    expect([await guard.claim('i', jti, inSeconds(60)), await guard.claim('i', jti, inSeconds(60))]).toEqual([true, false])
  })

  test('of 50 uses at once exactly one passes', async () => {
    const [guard, jti] = [await open(), randomUUID()]
    const passed = await Promise.all(Array.from({ length: 50 }, () => guard.claim('i', jti, inSeconds(60))))
    expect(passed.filter(Boolean)).toHaveLength(1)
  })

  test('issuers do not share token ids, however the two are put together', async () => {
    const [guard, jti] = [await open(), randomUUID()]
    expect([await guard.claim('ab', `c${jti}`, inSeconds(60)), await guard.claim('a', `bc${jti}`, inSeconds(60))]).toEqual([true, true])
  })

  test('a token id is forgotten after its end', async () => {
    const [guard, jti] = [await open(), randomUUID()]
    await guard.claim('i', jti, inSeconds(0.5))
    await new Promise((resolve) => setTimeout(resolve, 1300))
    expect(await guard.claim('i', jti, inSeconds(60))).toBe(true)
  })

  test('a token id of any text is just text', async () => {
    const guard = await open()
    for (const jti of ['__proto__', 'a b\r\nFLUSHALL', `\u0000${randomUUID()}`]) {
      expect(await guard.claim(randomUUID(), jti, inSeconds(60))).toBe(true)
    }
  })
})

test.runIf(isRedisHere)('two processes see each other through Redis', async () => {
  const [one, other, jti] = [await redisGuard(), await redisGuard(), randomUUID()]
  expect([await one.claim('i', jti, inSeconds(60)), await other.claim('i', jti, inSeconds(60))]).toEqual([true, false])
})

test.runIf(isRedisHere)('a token that Redis forgets passes once more, for all together, and never where it passed before', async () => {
  const [one, other, third] = [await redisGuard(), await redisGuard(), await redisGuard()]
  const [issuer, jti] = [randomUUID(), randomUUID()]
  const claim = (guard: ReplayGuard) => guard.claim(issuer, jti, inSeconds(60))
  expect(await claim(one)).toBe(true)
  const redis = new Redis(REDIS)
  const name = createHash('sha256').update(`${issuer}\0${jti}`).digest('base64url')
  expect(await redis.del(`attune:jti:${name}`)).toBe(1) // of this token alone what FLUSHALL does to all
  redis.disconnect()
  expect([await claim(one), await claim(other), await claim(third), await claim(one)]).toEqual([false, true, false, false])
})

test('while the shared store is away each process remembers for itself, and quickly', async () => {
  const guard = keep(makeRedisReplayGuard('redis://127.0.0.1:1', () => undefined))
  const started = performance.now()
  for (const jti of Array.from({ length: 60 }, () => randomUUID()))
    expect([await guard.claim('i', jti, inSeconds(60)), await guard.claim('i', jti, inSeconds(60))]).toEqual([true, false])
  expect(guard.isShared()).toBe(false)
  expect(performance.now() - started).toBeLessThan(10_000) // with 250 ms for each it would be 15 s
})

test.runIf(isRedisHere)('to close it is no trouble that the operator is told of', async () => {
  const told: string[] = []
  const guard = makeRedisReplayGuard(REDIS, (detail) => void told.push(detail))
  await untilShared(guard)
  await guard.close()
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(told).toEqual([])
})

describe('A memory of used tokens that is full', () => {
  test('of one issuer closes the door to this issuer alone, and says that it is full, not that the token was used', async () => {
    const guard = keep(makeMemoryReplayGuard(20))
    const claim = (issuer: string): Promise<boolean | string> =>
      guard.claim(issuer, randomUUID(), inSeconds(60)).catch(({ code }: { code: string }) => code)
    const flood: (boolean | string)[] = []
    for (let call = 0; call < 50; call += 1) flood.push(await claim('flooding'))
    expect([flood.filter((one) => one === true).length, new Set(flood.slice(10))]).toEqual([10, new Set(['overloaded'])])
    expect([await claim('quiet'), await claim('another')]).toEqual([true, true])
  })

  test.runIf(isRedisHere)('is nobody’s trouble while Redis remembers', async () => {
    const guard = keep(makeRedisReplayGuard(REDIS, () => undefined, 'each-process', 2))
    await untilShared(guard)
    const jtis = Array.from({ length: 5 }, () => randomUUID())
    const twice = async (jti: string) => [await guard.claim('i', jti, inSeconds(60)), await guard.claim('i', jti, inSeconds(60))]
    for (const jti of jtis) expect(await twice(jti)).toEqual([true, false])
  })
})
