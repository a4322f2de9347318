import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { makeRedisReplayGuard, type ReplayGuard, type WithoutRedis } from '../../src/http/replay-guard.ts'
import { ecPair, ISSUER, makeToken } from './client-tokens.ts'
import { start } from './server-under-test.ts'
import { isRedisHere, openWayToRedis } from './way-to-redis.ts'

if (!isRedisHere) console.warn('NOT RUN: the replay guard in an outage of Redis, because no Redis answers at 127.0.0.1:6379')

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

const wayToRedis = async () => {
  const way = await openWayToRedis()
  cleanups.push(way.close)
  return way
}

const until = async (holds: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 6000 && !holds(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(holds()).toBe(true)
}

const guardAt = async (url: string, without: WithoutRedis): Promise<ReplayGuard> => {
  const guard = makeRedisReplayGuard(url, () => undefined, without)
  cleanups.push(() => guard.close())
  await until(guard.isShared)
  return guard
}

/** How a claim ended: true passed, false refused as used, else the code of the error. */
const outcomeOf = (guard: ReplayGuard, jti: string): Promise<boolean | string> =>
  guard.claim('issuer', jti, Date.now() / 1000 + 60).catch((error: { code: string }) => error.code)

/** A guard that had no answer in time, as where the machine stops, learns with the next claim that Redis is there. */
const untilShared = async (guards: readonly ReplayGuard[]): Promise<void> => {
  const ask = (): void => guards.filter((guard) => !guard.isShared()).forEach((guard) => void outcomeOf(guard, randomUUID()))
  await until(() => {
    ask()
    return guards.every((guard) => guard.isShared())
  })
}

const passes = (outcomes: readonly (boolean | string)[]): number => outcomes.filter((outcome) => outcome === true).length

describe.runIf(isRedisHere)('Three processes that share a replay guard, in an outage of Redis', () => {
  const three = (url: string, without: WithoutRedis) => Promise.all([1, 2, 3].map(() => guardAt(url, without)))
  const thirty = (guards: readonly ReplayGuard[], jti: string) =>
    Promise.all(Array.from({ length: 30 }, (_, at) => outcomeOf(guards[at % 3] as ReplayGuard, jti)))

  test('of thirty parallel uses of one token exactly one passes while Redis is there', async () => {
    const guards = await three((await wayToRedis()).url, 'refuse')
    const late = (outcomes: readonly (boolean | string)[]): boolean => outcomes.includes('overloaded')
    let outcomes = await thirty(guards, randomUUID())
    for (let tries = 0; tries < 20 && late(outcomes); tries += 1) {
      expect(passes(outcomes)).toBeLessThanOrEqual(1)
      outcomes = await thirty(guards, randomUUID())
    }
    expect(passes(outcomes)).toBe(1)
  })

  test('where a site lets each process remember for itself, a token passes at most once in each, and never twice in one', async () => {
    const way = await wayToRedis()
    const guards = await three(way.url, 'each-process')
    way.cut()
    await until(() => guards.every((guard) => !guard.isShared()))
    expect(passes(await thirty(guards, randomUUID()))).toBe(3)
  })

  test('where a site refuses without Redis, no token passes, and it is said that the server cannot tell', async () => {
    const way = await wayToRedis()
    const guards = await three(way.url, 'refuse')
    way.cut()
    await until(() => guards.every((guard) => !guard.isShared()))
    const outcomes = await thirty(guards, randomUUID())
    expect([passes(outcomes), outcomes.filter((outcome) => outcome === 'overloaded').length]).toEqual([0, 3])
  })

  test.each<readonly [WithoutRedis, number]>([
    ['each-process', 3],
    ['refuse', 1],
  ])('when the connection dies between a claim and its answer, %s lets a token pass at most %d times', async (without, most) => {
    const way = await wayToRedis()
    const guards = await three(way.url, without)
    for (let round = 0; round < 10; round += 1) {
      const jti = randomUUID()
      way.state.cutBeforeAnswer = round % 2 === 0
      const first = await thirty(guards, jti)
      way.state.cutBeforeAnswer = false
      await untilShared(guards)
      expect(passes([...first, ...(await thirty(guards, jti))])).toBeLessThanOrEqual(most)
    }
  })

  test('after Redis came back a token passes once again among all, and what was used meanwhile stays used where it was', async () => {
    const way = await wayToRedis()
    const guards = await three(way.url, 'each-process')
    way.cut()
    await until(() => guards.every((guard) => !guard.isShared()))
    const jti = randomUUID()
    expect(await outcomeOf(guards[0] as ReplayGuard, jti)).toBe(true)
    way.state.open = true
    await untilShared(guards)
    expect(await outcomeOf(guards[0] as ReplayGuard, jti)).toBe(false)
    let passed = passes(await thirty(guards, randomUUID()))
    for (let tries = 0; tries < 20 && !guards.every((guard) => guard.isShared()); tries += 1) {
      await untilShared(guards) // one was late and decided alone
      passed = passes(await thirty(guards, randomUUID()))
    }
    expect(passed).toBe(1)
  })
})

test('through the door, a site that refuses without Redis answers 503 with a time to wait, and a token that was refused so is no reason to retry it', async () => {
  const own = ecPair('k1')
  const replay = makeRedisReplayGuard('redis://127.0.0.1:1', () => undefined, 'refuse')
  const attune = await start({
    config: { auth: 'required' },
    clients: [{ id: 'ehr', iss: ISSUER, jwks: { keys: [own.jwk] } }],
    kit: { replay },
  })
  cleanups.push(attune.close)
  const url = `${attune.url}/cds-services`
  const authorization = `Bearer ${makeToken(url, { key: own.privateKey })}`
  const answer = await fetch(url, { headers: { authorization } })
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
  expect((await fetch(url, { headers: { authorization } })).status).toBe(401)
  expect((await fetch(url, { headers: { authorization: 'Bearer a.b.c' } })).status).toBe(401)
})

describe.runIf(isRedisHere)('A Redis that answers too late', () => {
  test('keeps one call waiting, and those after it not: each token still passes once, and Redis is told of all of them', async () => {
    const way = await wayToRedis()
    const [guard, other] = [await guardAt(way.url, 'each-process'), await guardAt('redis://127.0.0.1:6379', 'refuse')]
    const jtis = Array.from({ length: 60 }, () => randomUUID())
    way.state.answersAfterMs = 400
    expect([await outcomeOf(guard, randomUUID()), guard.isShared()]).toEqual([true, false])
    const began = performance.now()
    for (const jti of jtis) expect([await outcomeOf(guard, jti), await outcomeOf(guard, jti)]).toEqual([true, false])
    expect(performance.now() - began).toBeLessThan(10_000) // each would wait 250 ms, which is 15 s
    way.state.answersAfterMs = 0
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(await outcomeOf(guard, randomUUID())).toBe(true)
    await untilShared([guard])
    expect(passes(await Promise.all(jtis.map((jti) => outcomeOf(other, jti))))).toBe(0)
  })

  test('costs the calls that it is too late for, and no other, where a site refuses without it', { retry: 4 }, async () => {
    const way = await wayToRedis()
    const guard = await guardAt(way.url, 'refuse')
    way.state.answersAfterMs = 400
    expect(await outcomeOf(guard, randomUUID())).toBe('overloaded')
    way.state.answersAfterMs = 0
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(await outcomeOf(guard, randomUUID())).toBe(true)
  })
})
