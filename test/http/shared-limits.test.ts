import { createHash, randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { type Hits, makeMemoryHits, makeRedisHits } from '../../src/http/hits.ts'
import { ecPair, makeToken } from './client-tokens.ts'
import { type Running, start } from './server-under-test.ts'
import { isRedisHere, openWayToRedis } from './way-to-redis.ts'

if (!isRedisHere) console.warn('NOT RUN: limits counted in Redis, because no Redis answers at 127.0.0.1:6379')

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

const until = async (holds: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 6000 && !holds(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(holds()).toBe(true)
}

const wayToRedis = async () => {
  const way = await openWayToRedis()
  cleanups.push(way.close)
  return way
}

const shared = async (url: string, told: string[] = []): Promise<Hits> => {
  const hits = makeRedisHits(url, (detail) => void told.push(detail))
  cleanups.push(hits.close)
  await until(hits.isShared)
  return hits
}

const SIDES: readonly (readonly [string, () => Promise<Hits>])[] = [
  ['in memory', async () => makeMemoryHits()],
  ...(isRedisHere ? ([['in Redis', async () => shared('redis://127.0.0.1:6379')]] as const) : []),
]

describe.each(SIDES)('Hits %s', (_name, open) => {
  // Where the machine stops, the window may be over before the third: not in each try.
  test('are counted by name from one on, and begin again when the window is over', { retry: 4 }, async () => {
    const [hits, name] = [await open(), randomUUID()]
    const first = [await hits.count(name, 300), await hits.count(name, 300), await hits.count(`${name}x`, 300)]
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect([...first, await hits.count(name, 300)]).toEqual([1, 2, 1, 1])
  })

  // Where the machine stops, one may have come back too early: not in each try.
  test('that come back steadily are taken by name, as many at once as may be, and then one whenever the time to wait is over', {
    retry: 4,
  }, async () => {
    const [hits, name, pace] = [await open(), randomUUID(), { everyMs: 400, burst: 3 }]
    const take = () => hits.take(name, pace)
    const first = [await take(), await take(), await take()]
    const [waitMs, other] = [await take(), await hits.take(`${name}x`, pace)]
    await new Promise((resolve) => setTimeout(resolve, waitMs + 2)) // a timer may come a millisecond early
    const then = [await take(), (await take()) > 0]
    await new Promise((resolve) => setTimeout(resolve, 4 * 400))
    const rested = [await take(), await take(), await take(), (await take()) > 0]
    expect([...first, other, waitMs > 0 && waitMs <= 400]).toEqual([0, 0, 0, 0, true])
    expect([then, rested]).toEqual([
      [0, true],
      [0, 0, 0, true],
    ])
  })

  test('let each of a burst in, however small its parts are', async () => {
    const hits = await open()
    for (const burst of [1, 7, 100]) {
      const name = randomUUID()
      const waits: number[] = []
      for (let n = 0; n <= burst; n += 1) waits.push(await hits.take(name, { everyMs: 600_000 / burst, burst }))
      expect([waits.slice(0, burst), (waits[burst] ?? 0) > 0]).toEqual([Array(burst).fill(0), true])
    }
  })
})

describe.runIf(isRedisHere)('Three processes that share Redis', () => {
  const pair = ecPair('k1')
  const site = (limit: number) => {
    const id = `ehr-${randomUUID()}`
    const clients = [{ id, tenant: id, iss: `https://${id}.test`, jwks: { keys: [pair.jwk] } }]
    const three = async (ways: readonly string[], told: string[] = []) => {
      const servers: Running[] = []
      for (const way of ways) {
        const hits = await shared(way, told)
        servers.push(await start({ config: { auth: 'required', limits: { requestsPerMinute: limit } }, clients, kit: { hits } }))
      }
      cleanups.push(() => Promise.all(servers.map((server) => server.close())))
      return servers
    }
    const call = async (server: Running) => {
      const url = `${server.url}/cds-services`
      const token = makeToken(url, { payload: { iss: `https://${id}.test` }, key: pair.privateKey })
      return (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status
    }
    return { three, call }
  }
  const answered = (statuses: readonly number[]) => statuses.filter((status) => status === 200).length

  test('answer together as many calls of one client a minute as the limit says, whichever is called', async () => {
    const { three, call } = site(10) // one comes back in six seconds
    const servers = await three(Array(3).fill('redis://127.0.0.1:6379'))
    const statuses = await Promise.all(Array.from({ length: 30 }, (_, at) => call(servers[at % 3] as Running)))
    expect([answered(statuses), statuses.filter((status) => status === 429).length]).toEqual([10, 20])
  })

  test('each count for themselves, from what they have counted, once Redis is gone; and the operator is told', async () => {
    const { three, call } = site(4)
    const [way, told] = [await wayToRedis(), [] as string[]]
    const servers = await three(Array(3).fill(way.url), told)
    const before = [await call(servers[0] as Running), await call(servers[0] as Running), await call(servers[1] as Running)]
    way.cut()
    await until(() => told.length === 3)
    const after: number[][] = []
    for (const server of servers) {
      const statuses: number[] = []
      for (let turn = 0; turn < 5; turn += 1) statuses.push(await call(server))
      after.push(statuses)
    }
    expect([answered(before), after.map(answered)]).toEqual([3, [2, 3, 4]])
    expect(told).toEqual(Array(3).fill(expect.stringMatching(/^counts of limits: /)))
  })
})

test.runIf(isRedisHere)('a process that was busy for longer than the deadline takes the answers that lie there', async () => {
  const [hits, name] = [await shared('redis://127.0.0.1:6379'), randomUUID()]
  await hits.count(name, 60_000)
  const counted = hits.count(name, 60_000)
  await new Promise((resolve) => setImmediate(resolve)) // the command is out
  const end = performance.now() + 400
  while (performance.now() < end);
  expect([await counted, await hits.count(name, 60_000), hits.isShared()]).toEqual([2, 3, true])
})

test('a Redis that does not answer keeps no call waiting at every limit', async () => {
  const hits = makeRedisHits('redis://127.0.0.1:1', () => undefined)
  cleanups.push(hits.close)
  const started = performance.now()
  const counts: number[] = []
  for (let turn = 0; turn < 60; turn += 1) counts.push(await hits.count('x', 60_000))
  expect([counts.at(-1), hits.isShared()]).toEqual([60, false])
  expect(performance.now() - started).toBeLessThan(10_000) // with 250 ms for each it would be 15 s
})

test.runIf(isRedisHere)('a Redis whose clock was set back lets nobody wait for longer than who has just taken all', async () => {
  const [hits, name, pace] = [await shared('redis://127.0.0.1:6379'), randomUUID(), { everyMs: 1000, burst: 5 }]
  const { Redis } = await import('ioredis')
  const redis = new Redis('redis://127.0.0.1:6379')
  cleanups.push(() => redis.disconnect())
  const key = `attune:pace:${createHash('sha256').update(name).digest('base64url')}`
  await redis.set(key, String(Date.now() + 3_600_000), 'PX', 60_000)
  const waitMs = await hits.take(name, pace)
  expect([waitMs > 0, waitMs <= 1000]).toEqual([true, true])
})
